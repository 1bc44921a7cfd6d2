#include "cli/man_page.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cli/help.hpp"
#include "cli/version.hpp"

namespace hone::cli {
namespace {

// Backslashes, and what troff would take for a request or a typographic dash.
std::string plain(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\\') {
      safe += "\\e";
    } else if (letter == '-') {
      safe += "\\-";
    } else if (letter == '\'') {
      safe += "\\(aq";
    } else if (letter == '`') {
      safe += "\\(ga";
    } else {
      safe += letter;
    }
  }
  if (safe.starts_with('.')) safe.insert(0, "\\&");
  return safe;
}

std::string flag_of(const FlagRow& flag) {
  std::string text = ".TP\n\\fB" + plain(flag.name) + "\\fR";
  if (!flag.value.empty()) text += " \\fI" + plain(flag.value) + "\\fR";
  return text + "\n" + plain(flag.help) + ".\n";
}

bool is_help(const FlagRow& flag) {
  return flag.name.find("--help") != std::string::npos;
}

std::string command_of(const CommandRow& row) {
  std::string text = fmt::format(".SS hone {}{}{}\n{}.\n", plain(row.name), row.arguments.empty() ? "" : " ",
                                 plain(row.arguments), plain(row.help));
  if (is_long(row)) text += "Takes the flags under SETTINGS below.\n";
  for (const FlagRow& flag : row.flags) {
    if (!is_help(flag) && (!is_long(row) || is_own(flag))) text += flag_of(flag);
  }
  return text + fmt::format(".PP\nExample:\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", plain(row.example));
}

std::string settings_of(const CommandRow& run) {
  std::string text =
      ".SH SETTINGS\nThe flags of \\fBhone run\\fR, \\fBdoctor\\fR, \\fBprompt\\fR and \\fBredteam\\fR. Those that are "
      "not about output\n"
      "are also keys of \\fIhone.toml\\fR by the same name without dashes; flags win over the file.\n";
  std::string group;
  for (const FlagRow& flag : run.flags) {
    if (is_help(flag) || is_own(flag)) continue;
    if (flag.group != group) text += ".SS " + plain(group = flag.group) + "\n";
    text += flag_of(flag);
  }
  return text;
}

constexpr std::string_view head = R"(.SH NAME
hone \- a self\-improvement loop runner
.SH SYNOPSIS
.B hone
.RB [ \-C
.IR DIR ]
.I COMMAND
.RI [ ARGUMENTS ]
.RI [ FLAGS ]
.SH DESCRIPTION
.B hone
asks for patches to the target files, builds and checks each one in a git worktree, measures it in turn with the best one so
far, and commits to the branch \fIhone/RUN\fR only what is really better. The checkout, index, HEAD and stash of the user are never
touched. After a crash or a signal,
.B hone resume
goes on; nothing accepted is lost, doubled or paid for twice.
.SH COMMANDS
)";

constexpr std::string_view tail = R"(.SH METRIC OUTPUT
What the metric command prints is read in this order: the first capture group of \fB\-\-match\fR; lines
\fBMETRIC name=value\fR (the score is the one named by \fB\-\-metric\-name\fR, else the first); lines \fBname: value\fR when
\fB\-\-metric\-name\fR is set; a JSON object on the last line; a lone number on the last line. The score is exactly one finite
decimal number; nan, inf, units, thousands marks, hex and the same name with different numbers make the sample invalid.
.SH JSON
With \fB\-\-json\fR every line is one JSON object. Times are seconds of running time, dates are seconds since 1970 UTC, money is
millionths of a dollar; new fields may be added, none is renamed.
.TP
.B hone status \-\-json, hone runs \-\-json
one summary a run: name, branch, metric_name, direction (min, max), base, champion (experiment), champion_commit, baseline_value,
champion_value, experiments, finished, outcomes (counts in the order of OUTCOMES), since_keep, spent, reserved, cost_known,
usage, now, budget, samples, started, date, sessions, pid, ended (absent while it can go on: budget, until, experiments, cost, tokens,
no_gain, stopped, interrupted, exhausted, baseline_failed, ref_moved, no_backend, environment, evaluator_insensitive), end_note, final_word (baseline,
champion, effect, interval, pairs), doing.
.TP
.B hone log \-\-json
one record an experiment: id, outcome (absent while it runs), reason, idea, backend, parent, commit (kept ones), tree, paths, lines_added,
lines_removed, verdict (decision, before, after, effect, interval, samples, rule, reason), guards, value, values, usage, cost, began,
ended, proposing, building, measuring, date.
.TP
.B hone show \-\-json
the record and its diff, samples (phase, role, value, wall, cpu, peak_memory, invalid) and output.
.TP
.B hone run \-\-json, hone resume \-\-json
every event of the journal as it becomes durable, on standard output.
.SH TSV
\fBhone log \-\-tsv\fR prints the columns of karpathy/autoresearch: \fBcommit\fR (of a keep; else the tree that was tried), \fBmetric\fR,
\fBmemory\fR (GB at the peak), \fBstatus\fR (keep, discard, crash, running) and \fBdescription\fR.
.SH OUTCOMES
kept, discarded, duplicate, noop, malformed, denied, build_failed, check_failed, crashed, timeout, guard, suspect, undecided, stale,
abandoned.
.SH TRUST
Every keep has a level, printed in the report, in status and as the trailer Hone\-Trust: T0, the metric is text on stdout or nothing is
sealed; T1, hone's own clock or the private channel, but the candidate may share the evaluator's process; T2, a sealed evaluator ran the
candidate as a child and reported over the channel; T3, T2 and a hold\-out whose inputs no other run can read. The channel: a metric
command finds a socket at descriptor $HONE_METRIC_FD and on it one line, the secret of this run; it writes lines "SECRET name=value",
each name once. hone_metric.h and hone_metric.py in share/hone do it; they also keep named files from the candidate (hide), and from
each start of it what the one before left.
.SH EXIT STATUS
.TP
.B 0
improved; for other commands than run and resume: done.
.TP
.B 1
nothing better was found.
.TP
.B 2
bad input; the message names the problem and the fix, and nothing was changed.
.TP
.B 3
environment: sandbox, disk, authorisation, or someone else moved the branch.
.TP
.B 130
interrupted by a signal;
.B hone resume
goes on.
.SH SIGNALS
SIGINT and SIGTERM end the session and leave the run resumable; a second one does not wait for anything. SIGHUP is survived: the night
goes on without its terminal.
.SH FILES
.TP
.I hone.toml
settings of the project, read from the folder hone is started in. It may not set what reaches beyond the
repository (sandbox, base\-url, pass\-env, prices).
.TP
.I $XDG_CONFIG_HOME/hone/config.toml
settings of the person, weaker than hone.toml; may set everything.
.TP
.I .git/hone/RUN/journal.db
everything a run knows, one SQLite file; the views experiments, samples and keeps are for the sqlite3 shell.
.TP
.I $XDG_CACHE_HOME/hone
worktrees while a run works; none is left after it.
.SH ENVIRONMENT
.TP
.B XDG_CONFIG_HOME, XDG_CACHE_HOME, HOME
where the folders above are.
.TP
.B NO_COLOR, TERM, LANG, LC_ALL
colour and characters of what is printed.
.PP
Keys of model services are read from the variables that the services document; commands under test see none of them.
.SH EXAMPLES
.nf
.RS
hone init
hone run
hone log
hone report \-o report.html
git log hone/quiet\-otter
.RE
.fi
.SH SEE ALSO
.BR git (1),
.BR bwrap (1)
)";

}  // namespace

std::string render_man(const std::vector<CommandRow>& rows) {
  std::string text =
      fmt::format(".\\\" made by `hone completions man`\n.TH HONE 1 \"\" \"hone {}\" \"User Commands\"\n", version);
  text += head;
  for (const CommandRow& row : rows) text += command_of(row);
  for (const CommandRow& row : rows) {
    if (row.name == "run") text += settings_of(row);
  }
  return text + std::string(tail);
}

}  // namespace hone::cli
