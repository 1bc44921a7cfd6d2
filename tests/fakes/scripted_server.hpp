// A server on loopback that sends exactly the bytes it is told to: slow, cut, byte by byte, or lies. Real sockets.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hone::fakes {

struct Move {
  enum class Kind { send, send_bytewise, pause, reset, hang } kind = Kind::send;
  std::string bytes;
  int milliseconds = 0;
};
// What one connection gets after its request was read. It is closed at the end.
using Script = std::vector<Move>;

inline Move send(std::string bytes) {
  return {Move::Kind::send, std::move(bytes), 0};
}
inline Move bytewise(std::string bytes) {
  return {Move::Kind::send_bytewise, std::move(bytes), 0};
}
inline Move pause(int milliseconds) {
  return {Move::Kind::pause, "", milliseconds};
}
inline Move reset() {
  return {Move::Kind::reset, "", 0};
}
inline Move hang() {
  return {Move::Kind::hang, "", 0};
}  // until the client or the test goes away

inline std::string head(int status, std::string_view type, std::string_view more = "") {
  return fmt::format("HTTP/1.1 {} Scripted\r\nContent-Type: {}\r\n{}", status, type, more);
}
inline std::string json_reply(int status, std::string_view body, std::string_view more = "") {
  return fmt::format("{}Content-Length: {}\r\n\r\n{}", head(status, "application/json", more), body.size(), body);
}
// Ends at the close of the connection: the stream's own terminal event has to say that it is whole.
inline std::string sse_head() {
  return head(200, "text/event-stream", "Connection: close\r\n\r\n");
}

class ScriptedServer {
 public:
  // The n-th connection follows the n-th script; further ones follow the last.
  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(listener_, 64);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (::pipe(stop_.data()) == 0) acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedServer() {
    ::close(stop_[1]);  // readable for everyone who waits
    acceptor_.join();
    for (std::thread& worker : workers_) worker.join();
    ::close(stop_[0]);
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  [[nodiscard]] int port() const { return port_; }
  // Whole requests, head and body, in the order in which they came.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  // False: the test is over.
  bool wait_for(int fd, int milliseconds, short events = POLLIN) const {
    std::array<pollfd, 2> set{{{stop_[0], POLLIN, 0}, {fd, events, 0}}};
    ::poll(set.data(), fd < 0 ? 1 : 2, milliseconds);
    return set[0].revents == 0;
  }

  void accept_all() {
    for (std::size_t index = 0; wait_for(listener_, -1); ++index) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      const Script& script = scripts_[std::min(index, scripts_.size() - 1)];
      workers_.emplace_back([this, client, &script] { serve(client, script); });
    }
  }

  void serve(int client, const Script& script) {
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    read_request(client);
    for (const Move& move : script) {
      if (!play(client, move)) break;
    }
    ::shutdown(client, SHUT_WR);
    ::close(client);
  }

  void read_request(int client) {
    std::string request;
    std::array<char, 4096> piece;
    while (wait_for(client, -1)) {
      const ssize_t size = ::recv(client, piece.data(), piece.size(), 0);
      if (size <= 0) break;
      request.append(piece.data(), static_cast<std::size_t>(size));
      if (request[0] == '\x16') break;  // a TLS hello: answered as it is
      const auto end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const auto length = request.find("Content-Length: ");
      const std::size_t body = length < end ? std::stoul(request.substr(length + 16)) : 0;
      if (request.size() >= end + 4 + body) break;
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }

  bool play(int client, const Move& move) const {
    switch (move.kind) {
      case Move::Kind::send:
        return send_all(client, move.bytes);
      case Move::Kind::send_bytewise:
        return std::all_of(move.bytes.begin(), move.bytes.end(),
                           [&](char c) { return send_all(client, std::string_view(&c, 1)); });
      case Move::Kind::pause:
        return wait_for(-1, move.milliseconds);
      case Move::Kind::hang: {
        char ignored = 0;
        while (wait_for(client, -1) && ::recv(client, &ignored, 1, 0) > 0) {
        }
        return false;
      }
      case Move::Kind::reset: {
        const linger at_once{1, 0};
        ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return false;
      }
    }
    return false;
  }

  bool send_all(int client, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t size = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(size));
      } else if (errno != EAGAIN || !wait_for(client, -1, POLLOUT)) {
        return false;
      }
    }
    return true;
  }

  std::vector<Script> scripts_;
  int listener_ = -1, port_ = 0;
  std::array<int, 2> stop_{};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread acceptor_;
  std::vector<std::thread> workers_;
};

}  // namespace hone::fakes
