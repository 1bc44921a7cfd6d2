// The page of one night. Reads the JSON beside it; text enters the page as text nodes only, never as markup.
'use strict';
(() => {
const night = JSON.parse(document.getElementById('night').textContent);
const rows = night.rows, total = rows.id.length, min = night.direction === 'min';
const $ = id => document.getElementById(id);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const svgNS = 'http://www.w3.org/2000/svg';

// Outcomes in six groups: colour and shape both tell them apart.
const groups = [
  {key: 'kept', label: 'kept', shape: 'circle', has: ['kept']},
  {key: 'discarded', label: 'discarded', shape: 'ring', has: ['discarded']},
  {key: 'undecided', label: 'undecided', shape: 'diamond', has: ['undecided']},
  {key: 'ruled', label: 'guard, suspect', shape: 'triangle', has: ['guard', 'suspect']},
  {key: 'broke', label: 'broke', shape: 'cross', has: ['build_failed', 'check_failed', 'crashed', 'timeout']},
  {key: 'untried', label: 'not measured', shape: 'dash', has: ['duplicate', 'noop', 'malformed', 'denied', 'stale', 'abandoned']},
];
const groupOf = night.outcomes.map(name => groups.findIndex(g => g.has.includes(name)));
const pointStyle = {circle: 'circle', ring: 'circle', diamond: 'rectRot', triangle: 'triangle', cross: 'crossRot', dash: 'line'};
const group = row => rows.outcome[row] < 0 ? -1 : groupOf[rows.outcome[row]];
const outcome = row => rows.outcome[row] < 0 ? 'running' : night.outcomes[rows.outcome[row]];

// Numbers: the unit and the digits were chosen once, by hone.
const plain = v => v === null ? '' : (v * night.scale.factor).toFixed(night.scale.decimals);
const value = v => v === null ? '' : plain(v) + (night.scale.unit ? ' ' + night.scale.unit : '');
const fixed = (v, d) => { const t = v.toFixed(d); return Number(t) === 0 ? (0).toFixed(d) : (v > 0 ? '+' : '') + t; };
const digits = half => half > 0 ? Math.min(3, Math.max(0, Math.ceil(-Math.log10(half)))) : 1;
// As the terminal prints a percentage that has no interval.
const ownDigits = percent => percent >= 99.95 ? 0 : percent >= 0.95 || percent === 0 ? 1 : percent >= 0.095 ? 2 : 3;
const gain = row => {
  if (rows.effect[row] === null) return '';
  const percent = rows.effect[row] * 100;
  if (rows.low[row] === null || rows.high[row] - rows.low[row] < 2e-11) return fixed(percent, ownDigits(Math.abs(percent))) + ' %';
  const d = digits((rows.high[row] - rows.low[row]) * 50);
  return `${fixed(percent, d)} % [${fixed(rows.low[row] * 100, d)}, ${fixed(rows.high[row] * 100, d)}]`;
};
const duration = s => {
  if (s === null) return '';
  if (s < 0.0995) return Math.round(s * 1000) + 'ms';
  if (s < 9.95) return s.toFixed(1) + 's';
  const w = Math.round(s), pad = n => String(n).padStart(2, '0');
  if (w < 60) return w + 's';
  if (w < 3600) return Math.floor(w / 60) + 'm' + pad(w % 60) + 's';
  const m = Math.round(s / 60);
  return Math.floor(m / 60) + 'h' + pad(m % 60) + 'm';
};
const money = micro => {
  if (micro === null) return '?';
  if (micro === 0) return '$0';
  const d = micro / 1e6;
  return '$' + d.toFixed(d >= 0.995 ? 2 : Math.max(2, 1 - Math.floor(Math.log10(d))));
};
const count = n => n.toLocaleString('en-US');

// Elements.
const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, v] of Object.entries(attributes)) node.setAttribute(name, v);
  node.append(...children);
  return node;
};
const draw = (tag, attributes = {}, text) => {
  const node = document.createElementNS(svgNS, tag);
  for (const [name, v] of Object.entries(attributes)) node.setAttribute(name, v);
  if (text !== undefined) node.textContent = text;
  return node;
};
const mark = g => {
  const svg = draw('svg', {viewBox: '0 0 12 12', 'aria-hidden': 'true'});
  const colour = g ? `var(--${g.key})` : 'var(--soft)';
  const line = {fill: 'none', stroke: colour, 'stroke-width': 2};
  const shapes = {
    circle: ['circle', {cx: 6, cy: 6, r: 5.2, fill: colour}], ring: ['circle', {cx: 6, cy: 6, r: 4.4, ...line}],
    diamond: ['path', {d: 'M6 .5 11.5 6 6 11.5 .5 6Z', fill: colour}], triangle: ['path', {d: 'M6 .8 11.6 11H.4Z', fill: colour}],
    cross: ['path', {d: 'M1.5 1.5l9 9m0-9l-9 9', ...line}], dash: ['path', {d: 'M0 6h12', ...line}],
  };
  const [tag, attributes] = shapes[g ? g.shape : 'ring'];
  svg.append(draw(tag, attributes));
  return svg;
};

// Progress ------------------------------------------------------------------------------------------------
// The frame follows the champion and the bulk of what was measured; a wild value is drawn at its edge.
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
function frame() {
  const seen = [], line = [night.baseline, night.champion].filter(v => v !== null);
  for (let i = 0; i < total; ++i) {
    if (rows.value[i] === null) continue;
    seen.push(rows.value[i]);
    if (groupOf[rows.outcome[i]] === 0) line.push(rows.value[i]);
  }
  seen.sort((a, b) => a - b);
  let low = Math.min(...line.slice(0, 2), line.reduce((a, b) => Math.min(a, b), Infinity));
  let high = line.reduce((a, b) => Math.max(a, b), -Infinity);
  if (seen.length) {
    const reach = 1.5 * Math.max(high - low, quantile(seen, .75) - quantile(seen, .25));
    low = Math.max(quantile(seen, .02), low - reach) < low ? Math.max(quantile(seen, .02), low - reach) : low;
    high = Math.min(quantile(seen, .98), high + reach) > high ? Math.min(quantile(seen, .98), high + reach) : high;
  }
  if (!(high > low)) { const pad = Math.abs(low) * .01 || 1; low -= pad; high += pad; }
  if (!isFinite(low)) { low = 0; high = 1; }
  const pad = (high - low) * .08;
  return {low: low - pad, high: high + pad};
}

// At most one dot a pixel and group: the picture of 100,000 dots is that of a few thousand.
function dots(range, lane) {
  const sets = groups.map(() => []), taken = groups.map(() => new Set());
  const cells = total > 4000 ? 500 : total + 1, tall = 160;
  let beyond = 0;
  for (let i = 0; i < total; ++i) {
    const g = group(i);
    if (g < 0) continue;
    let y = rows.value[i];
    if (y === null) {
      y = lane(g);
    } else if (y < range.low || y > range.high) {
      y = Math.min(range.high, Math.max(range.low, y));
      ++beyond;
    }
    const cell = Math.floor(rows.id[i] / total * cells) * 1000 + Math.round((y - range.low) / (range.high - range.low) * tall);
    if (g !== 0 && total > 4000 && taken[g].has(cell)) continue;
    taken[g].add(cell);
    sets[g].push({x: rows.id[i], y, row: i});
  }
  return {sets, beyond};
}

function championLine() {
  const line = [], low = [], high = [];
  if (night.baseline === null) return {line, low, high};
  const add = (x, y, a, b) => { line.push({x, y}); low.push({x, y: a}); high.push({x, y: b}); };
  let now = [night.baseline, night.baseline, night.baseline];
  add(0, ...now);
  for (let i = 0; i < total; ++i) {
    if (group(i) !== 0 || rows.value[i] === null) continue;
    const side = min ? -1 : 1, scale = Math.abs(rows.before[i]);
    now = [rows.value[i], rows.before[i] + side * scale * rows.low[i], rows.before[i] + side * scale * rows.high[i]];
    add(rows.id[i], ...now);
  }
  add(total ? rows.id[total - 1] : 1, ...now);
  return {line, low, high};
}

// Ideas beside the keeps: the largest gains first, none over another.
const labels = {
  id: 'labels',
  afterDatasetsDraw(chart) {
    if (!chart.isDatasetVisible(chart.$kept)) return;
    const {ctx, chartArea: area} = chart, narrow = area.width < 520;
    const placed = [];
    ctx.save();
    ctx.font = `${narrow ? 10 : 12}px system-ui, "DejaVu Sans", sans-serif`;
    ctx.textBaseline = 'middle';
    const points = chart.data.datasets[chart.$kept].data.slice().sort((a, b) => (rows.effect[b.row] || 0) - (rows.effect[a.row] || 0));
    for (const point of points.slice(0, 40)) {
      const x = chart.scales.x.getPixelForValue(point.x), y = chart.scales.y.getPixelForValue(point.y);
      const idea = rows.idea[point.row], room = narrow ? 18 : 34;
      const short = [...idea].length > room ? [...idea].slice(0, room - 1).join('').trimEnd() + '\u2026' : idea;
      const text = `#${rows.id[point.row]}${short ? ' ' + short : ''}`, width = ctx.measureText(text).width, height = narrow ? 13 : 16;
      for (const [dx, dy] of [[10, -14], [10, 16], [-10 - width, 16], [-10 - width, -14], [10, -34], [10, 36], [-10 - width, 36], [-10 - width, -34], [10, 58], [-10 - width, 58], [10, -58]]) {
        const box = {l: x + dx - 3, r: x + dx + width + 3, t: y + dy - height / 2, b: y + dy + height / 2};
        if (box.l < area.left || box.r > area.right || box.t < area.top || box.b > area.bottom - 40) continue;
        if (placed.some(o => box.l < o.r && box.r > o.l && box.t < o.b && box.b > o.t)) continue;
        placed.push(box, {l: x - 7, r: x + 7, t: y - 7, b: y + 7});
        ctx.strokeStyle = css('--soft');
        ctx.lineWidth = .8;
        ctx.beginPath();
        ctx.moveTo(x, y);
        ctx.lineTo(dx > 0 ? x + dx - 2 : x + dx + width + 2, y + dy);
        ctx.stroke();
        ctx.lineWidth = 4;
        ctx.strokeStyle = css('--card');
        ctx.strokeText(text, x + dx, y + dy);
        ctx.fillStyle = css('--ink');
        ctx.fillText(text, x + dx, y + dy);
        break;
      }
      if (placed.length > (narrow ? 10 : 28)) break;
    }
    ctx.restore();
  },
};

const charts = [];
const hidden = new Set();
const axis = title => ({
  title: {display: true, text: title, color: css('--soft')}, ticks: {color: css('--soft'), maxRotation: 0, autoSkipPadding: 16, includeBounds: false},
  grid: {color: css('--line'), borderColor: css('--line'), tickLength: 4},
});
const metricTitle = night.metric + (night.scale.unit ? `, ${night.scale.unit}` : '');
const tip = row => [`#${rows.id[row]} ${outcome(row)}`, rows.idea[row].slice(0, 70), rows.value[row] === null ? rows.reason[row].slice(0, 70)
  : `${value(rows.value[row])}  ${gain(row)}`].filter(Boolean);

function progress() {
  const range = frame(), height = range.high - range.low;
  const unmeasured = rows.value.some(v => v === null);
  const lane = g => range.low - height * (g === 5 ? .15 : .08);   // two lanes under the scale: broke, not measured
  const {sets, beyond} = dots(range, lane), {line, low, high} = championLine();
  const clamp = list => list.map(p => ({x: p.x, y: Math.min(range.high, Math.max(range.low, p.y))}));
  const step = {type: 'line', stepped: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 0};
  const datasets = [
    {...step, data: clamp(low), label: 'low', order: 9},
    {...step, data: clamp(high), label: 'high', fill: '-1', backgroundColor: css('--band'), order: 9},
    {...step, data: line, label: 'champion', borderColor: css('--kept'), borderWidth: 2, order: 2},
  ];
  const few = total < 300;
  groups.forEach((g, i) => datasets.push({
    type: 'scatter', label: g.label, data: sets[i], order: i === 0 ? 1 : 5, hidden: hidden.has(g.key), pointStyle: pointStyle[g.shape],
    pointRadius: i === 0 ? 6 : g.shape === 'dash' ? (few ? 3.5 : 2) : few ? 4.5 : 2.5, pointHoverRadius: i === 0 ? 8 : 6, borderColor: i === 0 ? css('--card') : css('--' + g.key),
    backgroundColor: g.shape === 'ring' ? 'transparent' : css('--' + g.key), borderWidth: i === 0 ? 1.5 : few ? 1.6 : 1,
    clip: 8,
  }));
  const chart = new Chart($('progress'), {
    data: {datasets}, plugins: [labels],
    options: {
      animation: false, maintainAspectRatio: false, normalized: true,
      interaction: {mode: 'nearest', intersect: true},
      onClick: (event, hit) => { if (hit.length) { const p = hit[0].element.$context.raw; if (p && p.row !== undefined) reveal(p.row); } },
      plugins: {legend: {display: false}, tooltip: {displayColors: false, filter: item => item.raw.row !== undefined,
        callbacks: {title: () => '', label: item => item.raw.row === undefined ? '' : tip(item.raw.row)}}},
      scales: {
        x: {type: 'linear', min: 0, max: total ? rows.id[total - 1] + Math.max(1, total * .01) : 1, ...axis('experiment')},
        y: {type: 'linear', min: unmeasured ? range.low - height * .19 : range.low, max: range.high, ...axis(metricTitle)},
      },
    },
  });
  chart.options.scales.x.ticks.precision = 0;
  chart.options.scales.y.ticks.callback = v => v < range.low - 1e-12 * Math.abs(range.low) ? '' : plain(v);
  chart.$kept = 3;
  chart.update();
  charts.push(chart);
  const notes = ['Line: the champion; band: the 95 % interval of each keep against the champion it replaced.'];
  if (unmeasured) notes.push('Dots below the scale have no value: they ended before they were measured.');
  if (beyond) notes.push(`${count(beyond)} wild values are drawn at the edge of the frame.`);
  if (total > 4000) notes.push(`${count(total)} experiments; where several share a pixel, one dot stands for them.`);
  $('progress-note').textContent = notes.join(' ');
}

function legend() {
  const box = $('legend');
  groups.forEach((g, i) => {
    let n = 0;
    for (let r = 0; r < total; ++r) n += group(r) === i ? 1 : 0;
    if (!n) return;
    const button = make('button', {type: 'button', 'aria-pressed': 'true'}, mark(g), `${g.label} ${count(n)}`);
    button.addEventListener('click', () => {
      hidden.has(g.key) ? hidden.delete(g.key) : hidden.add(g.key);
      button.setAttribute('aria-pressed', String(!hidden.has(g.key)));
      charts[0].setDatasetVisibility(charts[0].$kept + i, !hidden.has(g.key));
      charts[0].update();
    });
    box.append(button);
  });
}

// Over the night ------------------------------------------------------------------------------------------
function plot(title, note, config) {
  const canvas = make('canvas', {role: 'img', 'aria-label': `${title}: ${note}`});
  $('plots').append(make('div', {}, make('h3', {}, title, ' ', make('small', {}, note)), make('div', {class: 'plot'}, canvas)));
  charts.push(new Chart(canvas, config));
}
const thin = list => { const every = Math.ceil(list.length / 1500); return list.filter((_, i) => i % every === 0 || i === list.length - 1); };
function overTime() {
  $('plots').replaceChildren();
  const unit = night.now > 2 * 3600 ? [3600, 'hours'] : night.now > 120 ? [60, 'minutes'] : [1, 'seconds'];
  const options = (title, format) => ({
    animation: false, maintainAspectRatio: false, normalized: true, interaction: {mode: 'nearest', intersect: false},
    plugins: {legend: {display: false}, tooltip: {displayColors: false, callbacks: {title: () => '', label: item => `${item.dataset.label}: ${format(item.raw.y)}${item.raw.row === undefined ? '' : ` (#${rows.id[item.raw.row]})`}`}}},
    scales: {x: {type: 'linear', min: 0, max: Math.max(night.now, total ? rows.ended[total - 1] : 1) / unit[0], ...axis(unit[1])}, y: {...axis(title), ticks: {...axis('').ticks, callback: format}}},
  });
  const seen = [], line = night.baseline === null ? [] : [{x: 0, y: night.baseline}];
  for (let i = 0; i < total; ++i) {
    if (rows.before[i] !== null) seen.push({x: rows.ended[i] / unit[0], y: rows.before[i], row: i});
    if (group(i) === 0 && rows.value[i] !== null) line.push({x: rows.ended[i] / unit[0], y: rows.value[i], row: i});
  }
  if (line.length) line.push({x: Math.max(night.now, rows.ended[total - 1] || 0) / unit[0], y: line[line.length - 1].y});
  plot(night.metric, 'the champion at each keep, and as it was measured again beside each candidate', {
    data: {datasets: [
      {type: 'line', label: 'champion', data: line, stepped: true, borderColor: css('--kept'), borderWidth: 2, pointRadius: 0, order: 2},
      {type: 'scatter', label: 'measured again', data: thin(seen), pointRadius: 2.4, borderColor: css('--undecided'), backgroundColor: 'transparent', order: 1},
    ]}, options: options(metricTitle, plain)});
  for (const guard of night.guards.slice(0, 8)) {
    const bytes = guard.name === 'peak-memory', mib = v => bytes ? (v / 1048576).toFixed(1) : String(Number(v.toPrecision(5)));
    const at = row => rows.ended[row] / unit[0];
    const points = thin(guard.rows.map((row, i) => ({x: at(row), y: guard.values[i], row})).filter(p => p.y !== null));
    const ends = y => [{x: 0, y}, {x: Math.max(night.now, total ? rows.ended[total - 1] : 1) / unit[0], y}];
    const level = (label, y, colour, dash) => ({type: 'line', label, data: ends(y), borderColor: colour, borderDash: dash, borderWidth: 1.5, pointRadius: 0, order: 3});
    const datasets = [{type: 'scatter', label: 'candidate', data: points, pointStyle: 'rectRot', pointRadius: 3, borderColor: css('--soft'), backgroundColor: 'transparent', order: 1},
      level('baseline', guard.baseline, css('--discarded'), [2, 3])];
    if (guard.limit !== null) datasets.push(level('limit', guard.limit, css('--broke'), [8, 4]));
    plot('Guard ' + (guard.text || guard.name), 'dashed: the limit; dotted: the baseline', {data: {datasets}, options: options(guard.name + (bytes ? ', MiB' : ''), mib)});
  }
}

// By backend ----------------------------------------------------------------------------------------------
function backends() {
  const names = ['backend', 'experiments', 'kept', 'malformed', 'broke', 'cost', 'cost a keep'];
  const stats = night.backends.map(() => ({n: 0, kept: 0, malformed: 0, broke: 0, cost: 0, known: true}));
  for (let i = 0; i < total; ++i) {
    const s = stats[rows.backend[i]], g = group(i);
    ++s.n;
    s.kept += g === 0;
    s.broke += g === 4;
    s.malformed += outcome(i) === 'malformed' || outcome(i) === 'denied';
    if (rows.cost[i] === null) s.known = false; else s.cost += rows.cost[i];
  }
  const percent = (a, b) => b ? (100 * a / b).toFixed(a && 100 * a < b ? 1 : 0) + ' %' : '';
  const body = make('tbody');
  night.backends.forEach((name, i) => {
    const s = stats[i], cells = [count(s.n), count(s.kept), percent(s.malformed, s.n), percent(s.broke, s.n),
      (s.known ? '' : '\u2265 ') + money(Math.round(s.cost)), s.kept ? money(Math.round(s.cost / s.kept)) : '\u2013'];
    body.append(make('tr', {}, make('th', {scope: 'row'}, name || '?'), ...cells.map(c => make('td', {class: 'n'}, c))));
  });
  $('backends').append(make('thead', {}, make('tr', {}, ...names.map((n, i) => make('th', {scope: 'col', class: i ? 'n' : ''}, n)))), body);
}

// How many replies held an edit that fits, by backend and by the format that the reply used.
const formats = ['search/replace', 'whole file', 'unified diff', 'V4A', 'tool call', 'no edit found'];
function wellFormed() {
  const names = ['backend', 'format', 'replies', 'well-formed'], cells = new Map();
  for (let i = 0; i < total; ++i) {
    if (rows.format[i] < 0 && outcome(i) !== 'malformed') continue;
    const key = rows.backend[i] * formats.length + (rows.format[i] < 0 ? formats.length - 1 : rows.format[i]);
    const cell = cells.get(key) || {n: 0, good: 0};
    ++cell.n;
    cell.good += outcome(i) !== 'malformed';
    cells.set(key, cell);
  }
  const body = make('tbody');
  [...cells.entries()].sort((a, b) => a[0] - b[0]).forEach(([key, cell]) => {
    body.append(make('tr', {}, make('th', {scope: 'row'}, night.backends[Math.floor(key / formats.length)] || '?'),
      make('td', {}, formats[key % formats.length]), make('td', {class: 'n'}, count(cell.n)),
      make('td', {class: 'n'}, (100 * cell.good / cell.n).toFixed(1) + ' %')));
  });
  $('formats').append(make('thead', {}, make('tr', {}, ...names.map((n, i) => make('th', {scope: 'col', class: i > 1 ? 'n' : ''}, n)))), body);
}

// The table -----------------------------------------------------------------------------------------------
const pageRows = 50;
const columns = [
  {name: '#', key: 'id', number: true}, {name: 'outcome', key: 'outcome'}, {name: 'value', key: 'value', number: true, wide: true},
  {name: 'gain', key: 'effect'}, {name: 'n', key: 'samples', number: true, wide: true}, {name: 'took', key: 'took', number: true, wide: true},
  {name: 'cost', key: 'cost', number: true, wide: true}, {name: 'backend', key: 'backend', wide: true}, {name: 'idea', key: 'idea'},
];
const view = {order: [], page: 0, key: 'id', up: true, open: new Set()};
function select() {
  const text = $('f-text').value.trim().toLowerCase(), want = $('f-outcome').value, backend = $('f-backend').value;
  const number = /^#\d+$/.test(text) ? Number(text.slice(1)) : null;
  view.order = [];
  for (let i = 0; i < total; ++i) {
    if (want !== '' && String(rows.outcome[i]) !== want) continue;
    if (backend !== '' && String(rows.backend[i]) !== backend) continue;
    if (number !== null ? rows.id[i] !== number
        : text && !rows.idea[i].toLowerCase().includes(text) && !rows.reason[i].toLowerCase().includes(text)) continue;
    view.order.push(i);
  }
  const of = {outcome: i => outcome(i), backend: i => night.backends[rows.backend[i]], idea: i => rows.idea[i].toLowerCase()}[view.key] || (i => rows[view.key][i]);
  const sign = view.up ? 1 : -1;
  if (view.key !== 'id' || !view.up) {
    view.order.sort((a, b) => {
      const x = of(a), y = of(b);
      if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;   // nothing known: always last
      return x < y ? -sign : x > y ? sign : a - b;
    });
  }
  view.page = 0;
  show();
}
function tableHead() {
  const row = make('tr');
  for (const column of columns) {
    const button = make('button', {type: 'button'}, column.name);
    const cell = make('th', {scope: 'col', class: (column.number ? 'n ' : '') + (column.wide ? 'wide' : '')}, button);
    button.addEventListener('click', () => {
      view.up = view.key === column.key ? !view.up : column.key !== 'effect';
      view.key = column.key;
      tableHead();
      select();
      document.querySelector(`#table th[aria-sort] button`).focus();
    });
    if (view.key === column.key) {
      cell.setAttribute('aria-sort', view.up ? 'ascending' : 'descending');
      button.append(view.up ? ' \u25B4' : ' \u25BE');
    }
    row.append(cell);
  }
  document.querySelector('#table thead').replaceChildren(row);
}
function tableRow(i) {
  const id = rows.id[i], detail = night.details[id];
  const number = detail ? make('button', {type: 'button', class: 'open', 'aria-expanded': String(view.open.has(i)), 'aria-label': `experiment ${id}, details`}, String(id)) : String(id);
  const idea = make('td', {class: 'idea'}, rows.idea[i] || '');
  if (rows.reason[i] && rows.effect[i] === null || !rows.idea[i]) idea.append(make('small', {}, rows.reason[i]));
  const row = make('tr', {}, make('td', {class: 'n'}, number), make('td', {class: 'o'}, mark(groups[group(i)]), outcome(i)),
    make('td', {class: 'n wide'}, value(rows.value[i])), make('td', {class: 'i'}, gain(i)), make('td', {class: 'n wide'}, rows.samples[i] ? String(rows.samples[i]) : ''),
    make('td', {class: 'n wide'}, duration(rows.took[i])), make('td', {class: 'n wide'}, money(rows.cost[i])),
    make('td', {class: 'wide'}, night.backends[rows.backend[i]]), idea);
  if (!detail) return [row];
  number.addEventListener('click', () => {
    view.open.has(i) ? view.open.delete(i) : view.open.add(i);
    show();
    const again = document.querySelector(`#row-${id} .open`);
    if (again) again.focus();
  });
  row.id = `row-${id}`;
  return view.open.has(i) ? [row, make('tr', {class: 'detail'}, make('td', {colspan: columns.length}, detailOf(i, detail)))] : [row];
}
function show() {
  const pages = Math.max(1, Math.ceil(view.order.length / pageRows));
  view.page = Math.min(pages - 1, Math.max(0, view.page));
  const part = view.order.slice(view.page * pageRows, (view.page + 1) * pageRows);
  document.querySelector('#table tbody').replaceChildren(...part.flatMap(tableRow));
  $('f-count').textContent = view.order.length === total ? `${count(total)} experiments` : `${count(view.order.length)} of ${count(total)} experiments`;
  $('p-where').textContent = `page ${view.page + 1} of ${pages}`;
  $('p-back').disabled = view.page === 0;
  $('p-next').disabled = view.page === pages - 1;
}
function reveal(row) {
  $('f-text').value = '';
  $('f-outcome').value = $('f-backend').value = '';
  view.open.add(row);
  select();
  view.page = Math.floor(view.order.indexOf(row) / pageRows);
  show();
  const button = document.querySelector(`#row-${rows.id[row]} .open`);
  if (button) { button.focus(); button.scrollIntoView({block: 'center'}); }
}
function filters() {
  const used = [...new Set(rows.outcome)].filter(o => o >= 0).sort((a, b) => a - b);
  $('f-outcome').append(make('option', {value: ''}, 'all'), ...used.map(o => make('option', {value: o}, night.outcomes[o])));
  $('f-backend').append(make('option', {value: ''}, 'all'), ...night.backends.map((b, i) => make('option', {value: i}, b || '?')));
  let later = 0;
  $('f-text').addEventListener('input', () => { clearTimeout(later); later = setTimeout(select, total > 5000 ? 200 : 0); });
  $('f-outcome').addEventListener('change', select);
  $('f-backend').addEventListener('change', select);
  $('filters').addEventListener('submit', event => event.preventDefault());
  $('p-back').addEventListener('click', () => { --view.page; show(); });
  $('p-next').addEventListener('click', () => { ++view.page; show(); });
}

// One experiment ------------------------------------------------------------------------------------------
function pairGains(samples) {
  const list = [];
  for (const phase of ['screen', 'confirm']) {
    const of = role => samples.filter(s => s.phase === phase && s.value !== null && (s.role === 'candidate') === role).map(s => s.value);
    const ours = of(true), theirs = of(false);
    for (let i = 0; i < Math.min(ours.length, theirs.length); ++i) {
      if (theirs[i] !== 0) list.push((min ? theirs[i] - ours[i] : ours[i] - theirs[i]) / Math.abs(theirs[i]));
    }
  }
  return list;
}
function pairPlot(list) {
  const most = Math.max(...list.map(Math.abs), 1e-9) * 1.1, x = v => 280 + v / most * 250;
  const svg = draw('svg', {class: 'pairs', viewBox: '0 0 560 74', role: 'img', 'aria-label': `gains of ${list.length} pairs in percent: ${list.map(v => fixed(v * 100, 2)).join(', ')}`});
  svg.append(draw('line', {x1: 20, x2: 540, y1: 50, y2: 50}), draw('line', {class: 'zero', x1: 280, x2: 280, y1: 6, y2: 56}));
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  svg.append(draw('line', {class: 'mean', x1: x(mean), x2: x(mean), y1: 10, y2: 50}));
  list.forEach((v, i) => svg.append(draw('circle', {cx: x(v), cy: 14 + i * 7 % 32, r: 3.6})));
  const label = (v, anchor) => svg.append(draw('text', {x: x(v), y: 69, 'text-anchor': anchor}, fixed(v * 100, digits(most * 10)) + ' %'));
  label(-most, 'start'); label(0, 'middle'); label(most, 'end');
  return svg;
}
function code(text, isDiff) {
  const pre = make('pre', {tabindex: 0});
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const kind = !isDiff ? '' : /^(\+\+\+|---|diff )/.test(line) ? 'file' : line[0] === '+' ? 'add' : line[0] === '-' ? 'del' : line.startsWith('@@') ? 'hunk' : '';
    // Control characters have no place in a page; a line keeps its height when it is empty.
    pre.append(make('span', kind ? {class: kind} : {}, line.replace(/\x1b\[[0-9;?]*[ -\/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '') || ' '));
  }
  return pre;
}
function detailOf(i, d) {
  const box = make('div', {class: 'detail'});
  const part = (title, ...nodes) => box.append(make('h4', {}, title), ...nodes);
  part('Idea', make('p', {}, d.idea || '(none given)'));
  if (d.reason) part('Reason', make('p', {}, d.reason));
  if (d.verdict) part('Verdict', make('p', {}, d.verdict));
  for (const g of d.guards) part('Guard ' + g.name, make('p', {}, `${g.passed ? 'holds' : 'broken'}: baseline ${g.baseline}, candidate ${g.candidate}${g.reason ? '; ' + g.reason : ''}`));
  const pairs = pairGains(d.samples);
  if (pairs.length) part(`Pairs: gain of the candidate over the champion run beside it, mean ${fixed(pairs.reduce((a, b) => a + b, 0) / pairs.length * 100, 2)} %`, pairPlot(pairs));
  if (d.samples.length) {
    const table = make('table', {}, make('thead', {}, make('tr', {}, ...['phase', 'side', 'value', 'wall', 'cpu', 'peak memory'].map((n, k) => make('th', {scope: 'col', class: k > 1 ? 'n' : ''}, n)))));
    const body = make('tbody');
    for (const s of d.samples) {
      const cells = [s.value === null ? s.invalid || 'invalid' : value(s.value), duration(s.wall), duration(s.cpu), (s.peak_memory / 1048576).toFixed(1) + ' MiB'];
      body.append(make('tr', {}, make('td', {}, s.phase), make('td', {}, s.role), ...cells.map(c => make('td', {class: 'n'}, c))));
    }
    table.append(body);
    const rest = d.samples_all - d.samples.length;
    box.append(make('details', {}, make('summary', {}, `${d.samples_all} samples${rest ? `, the first ${d.samples.length} here` : ''}`), make('div', {class: 'scroll'}, table)));
  }
  if (d.diff) part(`Diff (${d.paths.join(', ')}, +${d.added} \u2212${d.removed})`, code(d.diff, true));
  if (d.output) part('Output', code(d.output, false));
  const ids = [d.commit && `commit ${d.commit.slice(0, 12)}`, d.parent && `parent ${d.parent.slice(0, 12)}`, night.backends[rows.backend[i]],
    `proposing ${duration(d.proposing)}, building ${duration(d.building)}, measuring ${duration(d.measuring)}`].filter(Boolean);
  box.append(make('p', {class: 'note'}, ids.join(' \u00B7 ')));
  return box;
}

function pictures() {
  charts.splice(0).forEach(chart => chart.destroy());
  Chart.defaults.font.family = 'system-ui, "DejaVu Sans", sans-serif';
  progress();
  overTime();
}
tableHead();
filters();
select();
backends();
wellFormed();
pictures();
legend();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', pictures);
addEventListener('beforeprint', () => charts.forEach(chart => chart.resize()));
document.documentElement.dataset.ready = '1';
})();
