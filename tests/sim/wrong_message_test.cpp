// Every message of an exchange in the place of every other, at both ends: the rows of the scripts
// take what is due and nothing else.
#include <gtest/gtest.h>

#include "tests/sim/recorded_session.hpp"

namespace iscsi_ike::test {
namespace {

class WrongMessage : public ::testing::TestWithParam<Exchanges> {
 protected:
  WrongMessage() : recorded(GetParam()) {}
  // EndWith negotiates with `message` arriving just before datagram `place`, at its receiver or its
  // writer.
  Ending EndWith(std::size_t place, const Bytes& message, bool at_receiver) {
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number != place) return {pair.net.latency};
      const ike::Endpoint& to = at_receiver ? sent.datagram.remote : sent.datagram.local;
      const ike::Endpoint& from = at_receiver ? sent.datagram.local : sent.datagram.remote;
      pair.net.Deliver({from, to, message}, pair.net.latency);
      return {pair.net.latency + ike::Duration{1}};
    };
    return RunToEnd(pair);
  }
  RecordedSession recorded;
};
INSTANTIATE_TEST_SUITE_P(Sim, WrongMessage, ::testing::ValuesIn(AllExchanges()), ExchangesName);

TEST_P(WrongMessage, OfTheSameSessionInEveryPlace) {
  for (std::size_t place = 0; place < recorded.datagrams.size(); ++place) {
    for (std::size_t wrong = 0; wrong < recorded.datagrams.size(); ++wrong) {
      if (wrong == place) continue;
      for (const bool at_receiver : {true, false}) {
        SCOPED_TRACE(GetParam().messages[wrong] + " for " + GetParam().messages[place] +
                     (at_receiver ? "" : ", at its writer"));
        // MM4 looks like MM3. Before it was sent, only this test knows it: nobody can tell.
        const bool foreknown = GetParam().messages[wrong] == "MM4" && wrong > place;
        ExpectEnding(EndWith(place, recorded.datagrams[wrong].octets, at_receiver), !foreknown);
      }
    }
  }
}

// The same with the messages of another kind of exchange.
TEST_P(WrongMessage, OfAnotherExchangeInEveryPlace) {
  for (const Exchanges& other : AllExchanges()) {
    if (other.word == GetParam().word) continue;
    const RecordedSession foreign(other, 5);
    for (std::size_t place = 1; place < recorded.datagrams.size(); ++place) {
      for (std::size_t wrong = 0; wrong < foreign.datagrams.size(); ++wrong) {
        Bytes message = foreign.datagrams[wrong].octets;
        // With this session's cookies, as far as they are known by then.
        const Bytes& own = recorded.datagrams[place].octets;
        std::copy_n(own.begin(), 16, message.begin());
        SCOPED_TRACE(std::string(other.name) + " " + other.messages[wrong] + " for " +
                     GetParam().messages[place]);
        Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
        Precede(pair, place, message);
        ExpectEnding(RunToEnd(pair), IsAuthenticated(GetParam().messages[place]));
      }
    }
  }
}

TEST_P(WrongMessage, WithTheEncryptionFlagTurned) {
  for (std::size_t place = 0; place < recorded.datagrams.size(); ++place) {
    Bytes turned = recorded.datagrams[place].octets;
    turned[19] ^= ike::kFlagEncryption;
    SCOPED_TRACE(GetParam().messages[place]);
    ExpectEnding(EndWith(place, turned, true), true);
  }
}

}  // namespace
}  // namespace iscsi_ike::test
