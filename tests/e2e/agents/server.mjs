// Plays the model behind an agent CLI: it reads the file, changes it with whatever editing tool the agent offers, and
// then says what it did. Prints its address and serves until it is killed.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { LLMock } = require("@copilotkit/aimock");

const mock = new LLMock({ port: 0 });
const step = (request) => {
  const all = JSON.stringify(request);
  const folder = (all.match(/\/[^\s"\\<>]*\/agent-\d+-\d+\/work\b/) || ["."])[0];
  const tools = (request.tools || []).map((tool) => tool.function?.name ?? tool.name);
  const results = request.messages.filter((message) => message.role === "tool").length;
  const call = (name, values) => ({ toolCalls: [{ name, arguments: JSON.stringify(values) }] });
  if (process.env.HONE_E2E_DEBUG) console.error(results, folder, tools.join(" "));
  if (tools.includes("Edit")) {
    if (results === 0) return call("Read", { file_path: folder + "/work.py" });
    if (results === 1) return call("Edit", { file_path: folder + "/work.py", old_string: "N = 400", new_string: "N = 40" });
  } else if (results === 0) {
    const line = "sed -i 's/N = 400/N = 40/' work.py";
    if (tools.includes("exec_command")) return call("exec_command", { cmd: line, workdir: folder });
    if (tools.includes("shell_command")) return call("shell_command", { command: line, workdir: folder });
    if (tools.includes("shell")) return call("shell", { command: ["sh", "-c", line], workdir: folder });
  }
  return { content: "Count to a smaller number: less work." };
};
mock.on({}, step);
await mock.start();
console.log(mock.url);
