#include "golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace iscsi_ike::policy {
namespace {

std::string PathOf(const std::string& name) {
  return std::string(ISCSI_IKE_SOURCE_DIR) + "/tests/golden/" + name;
}

}  // namespace

std::string ReadGolden(const std::string& name) {
  std::ifstream file(PathOf(name), std::ios::binary);
  EXPECT_TRUE(file) << "no " << PathOf(name) << "; ISCSI_IKE_UPDATE_GOLDEN=1 writes it";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExpectGolden(const std::string& name, const std::string& text) {
  const char* update = std::getenv("ISCSI_IKE_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(PathOf(name), std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(ReadGolden(name), text) << "tests/golden/" << name << " says otherwise";
}

}  // namespace iscsi_ike::policy
