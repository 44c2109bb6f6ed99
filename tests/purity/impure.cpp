// A library that does all that the engine may not: the test of the test links nothing with it.
#include <sys/random.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

extern "C" int of_another_library();

int calls_so_far = 0;

int Impure() {
  std::thread([] { ++calls_so_far; }).join();
  unsigned char octet = 0;
  if (getrandom(&octet, 1, 0) != 1) throw std::runtime_error("no randomness");
  std::printf("%d\n", static_cast<int>(octet));
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return socket(AF_INET, SOCK_DGRAM, 0) + static_cast<int>(now) + of_another_library();
}
