// Forger: messages in the place of those of a session, sealed under its keys and with a HASH that
// fits, so that what is wrong with them is found behind encryption and authentication only.
#pragma once

#include <optional>

#include "ike/core/script.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

class Forger {
 public:
  // `writer` is the end in whose name it speaks. Keys are those that either end has shown last.
  Forger(const Pair& pair, const Node& writer);

  // Model is the writer's latest message of that name, as it was before sealing.
  [[nodiscard]] const Recorder::Shown* Model(std::string_view name) const {
    return writer_.recorder.MessageOf(name);
  }
  // InPlaceOf makes a message like `model` out of other payloads. A HASH among them is set right
  // where its place can be found; `id` stands in place of the message ID.
  [[nodiscard]] Bytes InPlaceOf(const Recorder::Shown& model, Bytes chain,
                                std::optional<ike::MessageId> id = {}) const;
  // Informational seals a chain, whose first payload has that type, behind a HASH.
  [[nodiscard]] Bytes Informational(ike::MessageId id, ike::PayloadType first,
                                    const Bytes& chain) const;
  [[nodiscard]] bool has_keys() const { return insider_.has_value(); }

 private:
  [[nodiscard]] Bytes BodyOf(std::string_view name, ike::PayloadType type) const;
  [[nodiscard]] Bytes HashFor(const std::string& name, const ike::Header& header,
                              const ike::PayloadList& list) const;
  [[nodiscard]] Bytes Phase1Hash(const std::string& name, const ike::PayloadList& list) const;
  [[nodiscard]] Bytes IvFor(const ike::Header& header) const;

  const Pair& pair_;
  const Node& writer_;
  const Recorder* keys_ = nullptr;
  std::optional<Insider> insider_;
};

}  // namespace iscsi_ike::test
