// Bad input: one clear line that names the place and the rule, and the documented exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct BadInput {
  const char* name;
  ToolProcess::Arguments arguments;
  const char* place;  // what the line begins with, after the tool's name
  int exit_code = 2;
};

void PrintTo(const BadInput& bad, std::ostream* out) { *out << bad.name; }

class BadInputTest : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, GetsOneLineAndTheExitCode) {
  const ToolResult result = RunTool(GetParam().arguments);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.err;
  EXPECT_THAT(result.err, StartsWith(std::string("iscsi-ike: ") + GetParam().place));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  EXPECT_EQ(result.out, "");
}

const BadInput kBadInputs[] = {
    {"NoCommand", {}, "command line: a sub-command is wanted: explain, "},
    {"UnknownCommand",
     {"negotiate"},
     "negotiate: is no sub-command: explain, demo, connect, serve, load, why-key, check, render, "
     "decode, replay or discover; "},
    {"UnknownOption", {"explain", "0x37", "--frob"}, "--frob: "},
    {"UnknownOptionWithValue", {"explain", "0x37", "--frob=1"}, "--frob: "},
    {"OptionOfAnotherCommand", {"explain", "0x37", "--keep"}, "--keep: "},
    {"ArgumentTooMany", {"explain", "0x37", "0x27"}, "explain: "},
    {"ValueMissing", {"connect", "--portal"}, "--portal: "},
    {"GivenTwice", {"connect", "--portal", "127.0.0.1", "--portal", "127.0.0.2"}, "--portal: "},
    {"EmptyWord", {"explain", ""}, "WORD: is empty"},
    {"EmptyFlags", {"explain", "--flags", ""}, "--flags: is empty"},
    {"EmptyFlagsByEqualsSign", {"explain", "--flags="}, "--flags: "},
    {"EmptyIdentity", {"explain", "0x37", "--id", ""}, "--id: is empty"},
    {"EmptyPeerIdentity", {"demo", "--peer-id", ""}, "--peer-id: is empty"},
    {"EmptyMode", {"explain", "0x37", "--mode", ""}, "--mode: is empty"},
    {"EmptyList", {"demo", "--ike", ""}, "--ike: is empty"},
    {"EmptyKeyArgument", {"demo", "--key", ""}, "--key: is empty"},
    {"OptionForAKey",
     {"explain", "0x27", "--key", "--json"},
     "--key: is followed by what begins with --, as an option does; "},
    {"EmptyKeyFile", {"demo", "--key-file", ""}, "--key-file: is empty"},
    {"EmptyLocal", {"serve", "--local", "", "--flags", "0x27"}, "--local: is empty"},
    {"NoWord", {"explain"}, "--flags: "},
    {"WordTwice", {"explain", "0x37", "--flags", "0x27"}, "--flags: "},
    {"UnknownFlag", {"explain", "VALID,FROBNICATE"}, "WORD: "},
    {"FlagsNotANumber", {"explain", "0xZZ"}, "WORD: "},
    {"FlagsAfterASeparator", {"explain", "+0x27"}, "WORD: has nothing on one side"},
    {"FlagsOption", {"demo", "--flags", "0x1ffffffffffffffff"}, "--flags: "},
    {"BadIdentityType", {"explain", "0x37", "--id", "email:a@b"}, "--id: "},
    {"BadIdentityAddress", {"explain", "0x37", "--id", "ipv4:300.1.1.1"}, "--id: "},
    {"BadIdentityName", {"explain", "0x37", "--id", "fqdn:-"}, "--id: "},
    {"BadPeerIdentity", {"demo", "--peer-id", "nobody"}, "--peer-id: "},
    {"BadSuiteName", {"explain", "0x37", "--suite", "ancient"}, "--suite: "},
    {"BadIkeSuite", {"explain", "0x37", "--ike", "aes128-sha256"}, "--ike"},
    {"BadEspSuite", {"explain", "0x37", "--esp", "rot13-sha1"}, "--esp"},
    {"BadMode", {"explain", "0x37", "--mode", "quick"}, "--mode: "},
    {"ModeNotAllowed", {"demo", "--flags", "0x37", "--mode", "aggressive"}, "policy: ", 3},
    {"BadRole", {"explain", "0x37", "--role", "bystander"}, "--role: "},
    {"NoPortal", {"connect", "--flags", "0x37"}, "--portal: "},
    {"BadPortal", {"connect", "--portal", "target.example", "--flags", "0x37"}, "--portal: "},
    {"BadPortalPort", {"connect", "--portal", "127.0.0.1:70000", "--flags", "0x37"}, "--portal: "},
    {"PortalPortZero", {"connect", "--portal", "127.0.0.1:0", "--flags", "0x37"}, "--portal: "},
    {"LocalOfOtherFamily",
     {"connect", "--portal", "127.0.0.1", "--local", "::1", "--flags", "0x37"},
     "--local: "},
    {"BadTimeout", {"demo", "--timeout", "soon"}, "--timeout: "},
    {"TimeoutZero", {"demo", "--timeout", "0"}, "--timeout: "},
    {"BadSelector", {"demo", "--local-ts", "10.0.0.0/33"}, "--local-ts: "},
    {"SelectorWithHostBits", {"demo", "--local-ts", "10.0.0.1/8"}, "--local-ts: '10.0.0.1/8' has"},
    {"BadSelectorProtocol", {"demo", "--remote-ts", "10.0.0.1 tpc"}, "--remote-ts: "},
    {"BadTargetPort", {"demo", "--target-port", "0"}, "--target-port: "},
    {"BadSeed", {"demo", "--seed", "x"}, "--seed: "},
    {"KeyMissing",
     {"connect", "--portal", "127.0.0.1", "--local", "127.0.0.1:0", "--flags", "0x27"},
     "--key-file: "},
    {"KeyFileMissing", {"demo", "--key-file", "/nonexistent/key"}, "--key-file: "},
    {"KeyFdClosed", {"demo", "--key-fd", "99"}, "--key-fd: "},
    {"TwoKeys", {"demo", "--key-file", "-", "--key-fd", "0"}, "--key-fd: "},
    {"ConfigMissing", {"explain", "--config", "/nonexistent.json"}, "--config: "},
    {"ConfigIsFolder", {"explain", "--config", "/"}, "--config: "},
    {"RecordWithoutConfig", {"explain", "0x37", "--entry", "0"}, "--entry: "},
    {"PcapUnwritable", {"demo", "--pcap", "/nonexistent/x.pcapng"}, "--pcap: "},
    {"KeylogUnwritable", {"demo", "--keylog", "/nonexistent/keys"}, "--keylog: "},
    {"OneFileTwice", {"demo", "--keylog", "/tmp/x.k", "--secrets", "/tmp/x.k"}, "--secrets: "},
    {"HoldAndKeep",
     {"connect", "--portal", "127.0.0.1", "--flags", "0x27", "--hold", "3", "--keep"},
     "--hold: "},
    {"WhyKeyWithoutConfig", {"why-key", "--peer", "127.0.0.1"}, "--config: is missing"},
    {"WhyKeyWithoutPeer", {"why-key", "--config", "/nonexistent.json"}, "--peer: is missing"},
    {"WhyKeyMode",
     {"why-key", "--config", "/nonexistent.json", "--peer", "127.0.0.1", "--mode", "quick"},
     "--mode: "},
    {"WhyKeyIdentity",
     {"why-key", "--config", "/nonexistent.json", "--peer", "127.0.0.1", "--peer-id", "nobody"},
     "--peer-id: "},
    {"EmptyKey",
     {"serve", "--local", "127.0.0.1:0", "--flags", "0x27", "--key-fd", "0"},
     "--key-fd: "},
    {"Unspecified", {"demo", "--flags", "0x00"}, "policy: WORD_NOT_VALID: ", 3},
    {"Disabled", {"demo", "--flags", "0x01"}, "policy: IPSEC_DISABLED: ", 3},
    {"NoPhase1Mode", {"demo", "--flags", "0x03"}, "policy: NO_PHASE1_MODE: ", 3},
};

std::string NameOf(const testing::TestParamInfo<BadInput>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Table, BadInputTest, testing::ValuesIn(kBadInputs), NameOf);

}  // namespace
}  // namespace iscsi_ike::ike::tool
