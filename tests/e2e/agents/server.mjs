// Plays the model behind an agent CLI: it reads the file, changes it with whatever editing tool the agent offers, and
// then says what it did. An agent that offers no tools gets a SEARCH/REPLACE block. Prints its address and serves until
// it is killed.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { LLMock } = require("@copilotkit/aimock");

const before = "N = 400", after = "N = 40";
// What each agent's tools are called with; opencode and pi have the same names and other parameters.
const reading = (name, path) => (name === "read" ? { path, filePath: path } : { file_path: path });
const editing = (name, path) =>
  name === "Edit" ? { file_path: path, old_string: before, new_string: after }
  : name === "replace" ? { file_path: path, old_string: before, new_string: after, instruction: "count less" }
  : process.argv[3] === "pi" ? { path, edits: [{ oldText: before, newText: after }] }
  : { filePath: path, oldString: before, newString: after };

const mock = new LLMock({ port: 0 });
const step = (request) => {
  const all = JSON.stringify(request);
  const folder = (all.match(/\/[^\s"\\<>]*\/agent-\d+-\d+\/work\b/) || ["."])[0];
  const tools = request.tools || [];
  const called = tools.map((tool) => tool.function?.name ?? tool.name);
  const results = request.messages.filter((message) => message.role === "tool").length;
  const call = (name, values) => ({ toolCalls: [{ name, arguments: JSON.stringify(values) }] });
  if (process.env.HONE_E2E_DEBUG) console.error(results, folder, called.join(" "));
  const reads = called.find((name) => ["Read", "read", "read_file"].includes(name));
  const edits = called.find((name) => ["Edit", "edit", "replace"].includes(name));
  if (reads && edits) {
    if (results === 0) return call(reads, reading(reads, folder + "/work.py"));
    if (results === 1) return call(edits, editing(edits, folder + "/work.py"));
  } else if (tools.length > 0 && results === 0) {
    const line = `sed -i 's/${before}/${after}/' work.py`;
    if (called.includes("exec_command")) return call("exec_command", { cmd: line, workdir: folder });
    if (called.includes("shell_command")) return call("shell_command", { command: line, workdir: folder });
    if (called.includes("shell")) return call("shell", { command: ["sh", "-c", line], workdir: folder });
  } else if (tools.length === 0 && all.includes("SEARCH")) {
    return { content: `Count less.\n\nwork.py\n\`\`\`python\n<<<<<<< SEARCH\n${before}\n=======\n${after}\n>>>>>>> REPLACE\n\`\`\`\n` };
  }
  return { content: "Count to a smaller number: less work." };
};
mock.on({}, step);
await mock.start();
console.log(mock.url);
