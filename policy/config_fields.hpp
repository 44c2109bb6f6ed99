// Sinks for the members of a settings object: numbers, flags, identity types, text, octets,
// addresses, class names. Each accepts null as "not given".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/initiator.hpp"
#include "policy/ip_address.hpp"
#include "policy/json_reader.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

// Dialect: who wrote the object. In a file of our own an unknown member is a typo and an error, and
// octets may be text ("hex:..." or "text:..."); what PowerShell prints has members that say nothing
// to us, and octets are always numbers.
enum class Dialect : std::uint8_t { kPowerShell, kOwn };

// NumberField takes 0 to `most`, as a number or as text ("0x27", "39").
class NumberField : public JsonSink {
 public:
  explicit NumberField(std::uint64_t most) : most_(most) {}
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override;
  std::optional<std::uint64_t> value;

 private:
  std::uint64_t most_;
};

// TruthField takes true and false.
class TruthField : public JsonSink {
 public:
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override { return "true or false is expected"; }
  std::optional<bool> value;
};

// FlagsField takes a security word as a number or as text (SecurityFlags::Parse).
class FlagsField : public JsonSink {
 public:
  explicit FlagsField(std::uint64_t most) : most_(most) {}
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override;
  std::optional<SecurityFlags> value;

 private:
  std::uint64_t most_;
};

// IdTypeField takes the number of an identity type, or its name (IdTypeByName).
class IdTypeField : public JsonSink {
 public:
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override;
  std::optional<std::uint32_t> value;
};

// TextField takes text of at most `most` octets without control characters.
class TextField : public JsonSink {
 public:
  explicit TextField(std::size_t most) : most_(most) {}
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override { return "text is expected"; }
  std::optional<std::string> value;

 private:
  std::size_t most_;
};

// AddressTextField takes an address literal as text.
class AddressTextField : public JsonSink {
 public:
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  [[nodiscard]] std::string Wanted() const override {
    return "an IPv4 or IPv6 address is expected";
  }
  std::optional<IpAddress> value;
};

// InitiatorFields are the two members that name an initiator, for who has them.
struct InitiatorFields {
  TextField name{kLongestInitiatorName};
  NumberField port{kAllPorts};
  [[nodiscard]] Initiator Make() const;
};

// OctetsField takes an array of numbers from 0 to 255, at most `most` of them, straight into a
// Secret. PowerShell 5.1 sometimes wraps an array as {"value": [...], "Count": n}; that is read
// too. Errors never show an octet.
class OctetsField : public JsonSink {
 public:
  OctetsField(std::size_t most, Dialect dialect) : most_(most), dialect_(dialect) {}
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  JsonVerdict OnObject() override { return std::nullopt; }
  JsonVerdict OnArray() override;
  Next OnMember(std::string_view name) override;
  Next OnElement(std::size_t) override { return &octet_; }
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override;

  [[nodiscard]] bool is_given() const { return is_given_; }
  [[nodiscard]] bool is_text() const { return is_text_; }  // given as "text:..."
  crypto::Secret Take();

 private:
  class Octet : public JsonSink {
   public:
    explicit Octet(OctetsField& field) : field_(field) {}
    JsonVerdict OnScalar(const JsonScalar& scalar) override;
    [[nodiscard]] std::string Wanted() const override { return "octets are numbers to 255"; }

   private:
    OctetsField& field_;
  };

  JsonVerdict Append(std::uint8_t octet);
  JsonVerdict AppendText(std::string_view text);
  JsonVerdict AppendHex(std::string_view digits);

  std::size_t most_;
  Dialect dialect_;
  Octet octet_{*this};
  crypto::Secret octets_;  // size_ of them are filled
  std::size_t size_ = 0;
  bool is_given_ = false;
  bool is_text_ = false;
};

// AddressField takes ISCSI_IP_Address {Type, IpV4Address, IpV6Address, TextAddress}, or text. Type
// is 0 (text: a name or a literal), 1 (IPv4), 2 (IPv6) or 3 (empty, an error here). IpV4Address is
// an in_addr: its octets lie in memory in network order, so a little-endian machine prints
// 192.0.2.1 as 0x010200C0; `ipv4_in_host_order` reads it the other way.
class AddressField : public JsonSink {
 public:
  AddressField(Dialect dialect, bool ipv4_in_host_order);
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override;
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override;

  [[nodiscard]] bool is_given() const { return address.has_value() || !host.empty(); }
  std::optional<IpAddress> address;
  std::string host;

 private:
  JsonVerdict TakeText(std::string_view text);
  JsonVerdict TakeIpv4();
  JsonVerdict TakeIpv6();

  Dialect dialect_;
  bool ipv4_in_host_order_;
  NumberField type_;
  NumberField ipv4_;
  OctetsField ipv6_;
  TextField text_;
};

// ClassField takes the class that an object says it is: __CLASS and CimClass as text, perhaps with
// a namespace before it, CimClass and CimSystemProperties as an object that names it.
class ClassField : public JsonSink {
 public:
  JsonVerdict OnScalar(const JsonScalar& scalar) override;
  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override;
  std::string value;  // without namespace; empty: not given
};

}  // namespace iscsi_ike::policy
