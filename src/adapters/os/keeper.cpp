#include "adapters/os/keeper.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace hone::os {
namespace {

// Calls again, with growing pauses and for a second at most, while descriptors or processes are short: with
// several places at work the shortage is often our own and over in a moment. `call` gives 0 or an errno.
template <class Call>
int with_patience(Call call) {
  for (int pause = 10;; pause *= 2) {
    const int error = call();
    if ((error != EMFILE && error != ENFILE && error != EAGAIN) || pause > 400) return error;
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  }
}

tl::unexpected<Error> shortage(std::string_view what, int error) {
  return fail(Reaction::retry, fmt::format("tried to {}: {}; close other programs or raise `ulimit -n` and `ulimit -u`",
                                           what, std::strerror(error)));
}

void append(std::string& text, std::string_view word) {
  text += word;
  text += '\0';
}

// As execvp does, but with the PATH that the command will see.
std::string find_program(const Command& command) {
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const auto path = command.environment.find("PATH");
  std::string_view folders = "/usr/local/bin:/usr/bin:/bin";
  if (path != command.environment.end()) folders = path->second;
  for (;;) {
    const auto end = folders.find(':');
    const std::string candidate = fmt::format("{}/{}", folders.substr(0, end), name);
    struct stat status {};
    if (::access(candidate.c_str(), X_OK) == 0 && ::stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      return candidate;
    }
    if (end == std::string_view::npos) return name;
    folders.remove_prefix(end + 1);
  }
}

// Signals that hone ignores or blocks must not be so in a command: both survive exec.
void reset_signals(posix_spawnattr_t& attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

int spawn(int program, int channel, pid_t& process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  reset_signals(attributes);
  for (const int number : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, channel, keeper::socket_number);
  posix_spawn_file_actions_addclosefrom_np(&actions, keeper::socket_number + 1);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  char name[] = "hone-keeper";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};  // a key in hone's environment must not stand in a child's
  const std::string path = fmt::format("/proc/{}/fd/{}", ::getpid(), program);
  const int error = posix_spawn(&process, path.c_str(), &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Result<Keeper> Keeper::start(int program, const CgroupPlaces& places) {
  int pair[2] = {-1, -1};
  const int short_of =
      with_patience([&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0 ? 0 : errno; });
  if (short_of != 0) return shortage("open a channel to a command's keeper", short_of);
  Descriptor ours(pair[0]), theirs(pair[1]);
  pid_t process = 0;
  // dup2 of a number onto itself would keep O_CLOEXEC; no descriptor of ours is 3 at both ends of the same pair,
  // so a copy above settles it.
  Descriptor copy(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, keeper::socket_number + 1));
  if (!copy) return shortage("open a channel to a command's keeper", errno);
  const int error = with_patience([&] { return spawn(program, copy.get(), process); });
  if (error == EAGAIN || error == ENOMEM) return shortage("start a command's keeper", error);
  if (error != 0) {
    return fail(Reaction::stop_run, fmt::format("tried to start hone-keeper: {}; install hone again, on a file system "
                                                "that may run programs",
                                                std::strerror(error)));
  }
  Keeper keeper(process, std::move(ours));
  if (auto group = Cgroup::make(places)) keeper.group_.emplace(std::move(*group));
  if (places.places.empty() || (keeper.group_ && keeper.group_->take(process))) return keeper;
  return fail(Reaction::retry, fmt::format("tried to give a command a control group in {}: {}",
                                           places.places.front().folder, std::strerror(errno)));
}

Keeper::~Keeper() {
  if (process_ == 0) return;
  channel_.reset();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Done Keeper::bound(const ProcessLimits& limits) {
  if (!group_ || group_->bound(limits.tree_processes, limits.memory)) return {};
  return fail(Reaction::stop_run,
              fmt::format("tried to bound a command's control group to {} processes and {} bytes: {}",
                          limits.tree_processes, limits.memory.value, std::strerror(errno)));
}

void Keeper::kill_left() const {
  if (group_) group_->kill_all();
}

Done Keeper::run(const keeper::Descriptors& descriptors) {
  char order = static_cast<char>(keeper::Order::run);
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof descriptors)] = {};
  iovec part{&order, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors, sizeof descriptors);
  const int failed = with_patience([&] { return ::sendmsg(channel(), &message, MSG_NOSIGNAL) == 1 ? 0 : errno; });
  if (failed != 0) return shortage("hand a command to its keeper", failed);
  return {};
}

void Keeper::order(keeper::Order order) {
  const char letter = static_cast<char>(order);
  // If the keeper is gone, answer() says so; nothing to do here.
  while (::send(channel(), &letter, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

std::optional<keeper::Answer> Keeper::answer() {
  keeper::Answer answer;
  ssize_t size = 0;
  do {
    size = ::recv(channel(), &answer, sizeof answer, 0);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof answer)) return std::nullopt;
  return answer;
}

Result<Descriptor> make_request(const Command& command, const ProcessLimits& limits, const keeper::Request& allowed,
                                const CgroupPlaces& places) {
  keeper::Request request;
  request.arguments = static_cast<std::uint32_t>(command.argv.size());
  request.variables = static_cast<std::uint32_t>(command.environment.size());
  request.channel = command.channel ? 1 : 0;
  request.count_instructions = limits.count_instructions ? 1 : 0;
  request.count_hidden = limits.count_hidden ? 1 : 0;
  request.memory = places.memory() ? 0 : static_cast<std::uint64_t>(limits.memory.value);
  request.file_size = static_cast<std::uint64_t>(limits.file_size.value);
  request.processes = places.processes() ? 0 : static_cast<std::uint64_t>(limits.processes);
  if (limits.cpus.empty()) std::memcpy(request.cpus, allowed.cpus, sizeof request.cpus);
  for (const int cpu : limits.cpus) {
    if (cpu < 0 || cpu >= keeper::most_cpus) {
      return fail(Reaction::fix_input, fmt::format("tried to pin a command to CPU {}: there is no such CPU", cpu));
    }
    request.cpus[cpu / 64] |= std::uint64_t{1} << (cpu % 64);
  }
  std::string text(reinterpret_cast<const char*>(&request), sizeof request);
  append(text, find_program(command));
  append(text, command.folder.empty() ? "/" : command.folder);
  for (const std::string& word : command.argv) append(text, word.c_str());  // a word ends at its first NUL
  for (const auto& [name, value] : command.environment) append(text, fmt::format("{}={}", name, value).c_str());
  return make_text_file(text);
}

Result<Descriptor> make_text_file(std::string_view text) {
  int number = -1;
  const int error = with_patience([&] {
    number = ::memfd_create("hone", MFD_CLOEXEC);
    return number >= 0 ? 0 : errno;
  });
  if (error != 0) return shortage("hand text to a command", error);
  Descriptor file(number);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t size = ::write(file.get(), rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return shortage("hand text to a command", errno);
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

Result<MetricChannel> make_metric_channel() {
  int pair[2] = {-1, -1};
  const int error =
      with_patience([&] { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 ? 0 : errno; });
  if (error != 0) return shortage("open a metric channel", error);
  MetricChannel channel{Descriptor(pair[0]), Descriptor(pair[1]), ""};
  std::array<unsigned char, 16> drawn{};
  if (::getrandom(drawn.data(), drawn.size(), 0) != static_cast<ssize_t>(drawn.size())) {
    return shortage("draw the secret of a metric channel", errno);
  }
  for (const unsigned char byte : drawn) channel.nonce += fmt::format("{:02x}", byte);
  const std::string line = channel.nonce + "\n";
  if (::send(channel.ours.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return shortage("write into a metric channel", errno);
  }
  ::fcntl(channel.ours.get(), F_SETFL, O_NONBLOCK);
  return channel;
}

Result<Pipe> make_pipe() {
  int pair[2] = {-1, -1};
  const int error = with_patience([&] { return ::pipe2(pair, O_CLOEXEC) == 0 ? 0 : errno; });
  if (error != 0) return shortage("open a pipe for a command's output", error);
  Pipe pipe{Descriptor(pair[0]), Descriptor(pair[1])};
  ::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK);
  // A large pipe wakes us less often while a command is timed; a refusal costs nothing.
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 1 << 20);
  return pipe;
}

}  // namespace hone::os
