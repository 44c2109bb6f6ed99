#include "samples.hpp"

#include <algorithm>

namespace iscsi_ike::ike {
namespace {

constexpr Cookie kInitiatorCookie{{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};
constexpr Cookie kResponderCookie{{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}};

crypto::Secret Repeated(std::size_t size, std::uint8_t octet) {
  crypto::Secret secret(size);
  std::ranges::fill(secret.ExposeMutable(), octet);
  return secret;
}

}  // namespace

Endpoint EndpointOf(const char* address, std::uint16_t port) {
  return {policy::IpAddress::Parse(address).value(), port};
}

Phase1Established SamplePhase1() {
  Phase1Established e;
  e.session = SessionId{7};
  e.peer_name = "array";
  e.role = Role::kInitiator;
  e.mode = policy::ExchangeMode::kMain;
  e.initiator_cookie = kInitiatorCookie;
  e.responder_cookie = kResponderCookie;
  e.local = EndpointOf("192.0.2.1");
  e.remote = EndpointOf("192.0.2.2");
  e.suite = {crypto::CipherAlgorithm::kAesCbc, 128, crypto::HashAlgorithm::kSha256,
             crypto::DhGroup::kModp2048};
  e.lifetime = {28800, 0};
  e.local_identity = "ipv4:192.0.2.1";
  e.remote_identity = "fqdn:array.example";
  return e;
}

ChildSa SampleChild() {
  ChildSa sa;
  sa.session = SessionId{7};
  sa.child = ChildId{1};
  sa.message_id = MessageId{0x00c0ffee};
  sa.encapsulation = policy::Encapsulation::kTransport;
  sa.suite = {policy::EspCipher::kAesCbc, 128, policy::EspAuth::kHmacSha1_96, false, {}};
  sa.pfs_group = crypto::DhGroup::kModp2048;
  sa.lifetime = {3600, 100000};
  sa.local = {policy::IpAddress::Parse("192.0.2.1").value(), 32, 6, 0};
  sa.remote = {policy::IpAddress::Parse("192.0.2.2").value(), 32, 6, 3260};
  sa.local_endpoint = EndpointOf("192.0.2.1");
  sa.remote_endpoint = EndpointOf("192.0.2.2");
  sa.inbound = {Spi{0x00001001}, Repeated(16, 0xe1), Repeated(20, 0xa1)};
  sa.outbound = {Spi{0xc0000002}, Repeated(16, 0xe2), Repeated(20, 0xa2)};
  return sa;
}

NegotiationFailure SampleFailure() {
  NegotiationFailure failure;
  failure.code = FailureCode::kNoPhase1Proposal;
  failure.text = "MM1: none of 1 transforms is acceptable";
  failure.details = {"offer a group of 2048 bits or more"};
  failure.refusals = {
      {1, 2, "group", "modp1024 (2)", "modp2048 (14)", "suite"},
  };
  return failure;
}

Phase1Keys SampleKeys::Keys() const {
  Phase1Keys keys;
  keys.session = SessionId{7};
  keys.initiator_cookie = kInitiatorCookie;
  keys.responder_cookie = kResponderCookie;
  keys.skeyid = skeyid;
  keys.skeyid_d = skeyid_d;
  keys.skeyid_a = skeyid_a;
  keys.skeyid_e = skeyid_e;
  keys.cipher_key = cipher_key;
  keys.initial_iv = initial_iv;
  return keys;
}

}  // namespace iscsi_ike::ike
