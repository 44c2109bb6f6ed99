// ConnectAll: serves and silent peers on loopback for connect --all to meet.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "tests/ike/tool/fabric_files.hpp"

namespace iscsi_ike::ike::tool {

// SilentPeer is a UDP socket of all loopback addresses, or of one, that answers nothing.
class SilentPeer {
 public:
  explicit SilentPeer(const char* only = "0.0.0.0", const std::string& its_port = "0")
      : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, only, &address.sin_addr), 1);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(its_port)));
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = std::to_string(ntohs(address.sin_port));
  }
  ~SilentPeer() { close(socket_); }
  SilentPeer(const SilentPeer&) = delete;
  SilentPeer& operator=(const SilentPeer&) = delete;

  // Hear takes what comes until so many negotiations have begun, or the time is over. A negotiation
  // is an initiator's cookie, and it is there from its first datagram to its last.
  void Hear(std::size_t negotiations, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (first.size() < negotiations) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          until - std::chrono::steady_clock::now());
      pollfd polled{socket_, POLLIN, 0};
      if (left.count() <= 0 || poll(&polled, 1, static_cast<int>(left.count())) <= 0) return;
      std::array<char, 2048> datagram{};
      if (recv(socket_, datagram.data(), datagram.size(), 0) < 8) continue;
      const std::string cookie(datagram.data(), 8);
      first.emplace(cookie, std::chrono::steady_clock::now());
      last[cookie] = std::chrono::steady_clock::now();
    }
  }
  // MostAtOnce of the negotiations that were heard.
  [[nodiscard]] std::size_t MostAtOnce() const {
    std::size_t most = 0;
    for (const auto& [one, begin] : first) {
      std::size_t open = 0;
      for (const auto& [other, other_begin] : first)
        open += other_begin <= begin && begin <= last.at(other) ? 1U : 0U;
      most = std::max(most, open);
    }
    return most;
  }

  std::string port;
  std::map<std::string, std::chrono::steady_clock::time_point> first;
  std::map<std::string, std::chrono::steady_clock::time_point> last;

 private:
  int socket_;
};

class ConnectAll : public testing::Test {
 protected:
  Arguments Command(const nlohmann::json& config, const std::string& ike_port,
                    const Arguments& more = {}) const {
    return Arguments{"connect",         "--all",  "--config", folder.Write("f.json", config.dump()),
                     "--peer-ike-port", ike_port, "--local",  "127.0.0.1:0"} +
           more;
  }
  static nlohmann::json Fabric(const nlohmann::json& portals) {
    return {{"records", {FabricRecord("hba1")}}, {"portals", portals}};
  }
  // Row is portals at 127.0.1.1 and on.
  static nlohmann::json Row(int count) {
    nlohmann::json portals = nlohmann::json::array();
    for (int i = 1; i <= count; ++i)
      portals.push_back(FabricPortal("127.0.1." + std::to_string(i)));
    return portals;
  }
  // Serve answers at all loopback addresses, or at these, at one port.
  ToolProcess Serve(const std::string& place, const Arguments& more = {}) const {
    return ToolProcess(
        Arguments{"serve", "--quiet", "--flags", "0x27", "--key-file", key, "--local", place} +
        more);
  }
  static std::string PortOf(ToolProcess& serve) {
    EXPECT_TRUE(serve.WaitForOut("\n"));
    const std::string& ready = serve.out();
    const auto colon = ready.find(':', ready.find("listening on"));
    return ready.substr(colon + 1, ready.find_first_of(",", colon) - colon - 1);
  }
  static std::string Served(ToolProcess& serve) {
    serve.Signal(SIGTERM);
    const std::string out = serve.Finish().out;
    return out.substr(out.find('\n') + 1);
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", std::string("0x") + kFabricKey + "\n");
};

}  // namespace iscsi_ike::ike::tool
