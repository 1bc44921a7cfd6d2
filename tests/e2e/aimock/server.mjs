// An independent mock of four services on one port; prints the port and serves until it is killed.
// The first request gets a 429, the second a stream that is cut; from then on every answer is one good edit.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { LLMock } = require("@copilotkit/aimock");

const mock = new LLMock({ port: 0, chunkSize: 12 });
const edit = "Do less work: count to a smaller number.\n\nwork.py\n<<<<<<< SEARCH\nN = 400\n=======\nN = 40\n>>>>>>> REPLACE\n";
let asked = 0;  // the 429 is matched, too
mock.on({ predicate: () => ++asked === 2 }, { content: edit }, { truncateAfterChunks: 2 });
mock.on({}, { content: edit });
mock.nextRequestError(429, { message: "slow down", type: "rate_limit_error", code: "rate_limit_exceeded" });
await mock.start();
console.log(mock.url);
