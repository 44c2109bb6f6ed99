// Bodies of identification, notification and delete payloads, the same octets through all three.
#include "ike/wire/delete_payload.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/notify.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void RunId(Octets body) {
  const Wire<IdView> id = ParseId(body);
  if (!id) return;
  (void)HasPhase1Port(*id);
  Require(!Describe(*id).empty());
  std::vector<std::uint8_t> out;
  Writer writer(out);
  if (const auto identity = ToIdentity(*id)) {
    WriteId(writer, *identity);
    Require(fuzz::Same(Octets(out).subspan(4), id->data) && out[0] == id->type);
    out.clear();
  }
  const auto selector = ToSelector(*id);
  if (!selector) return;
  WriteId(writer, *selector);
  const Wire<IdView> written = ParseId(out);
  Require(written.ok());
  const auto again = ToSelector(*written);
  Require(again.ok() && *again == *selector);
}

void RunNotify(Octets body) {
  const Wire<NotifyView> notify = ParseNotify(body);
  if (!notify) return;
  (void)notify->DataAsU32();
  (void)notify->SpiIsCookies(Cookie{}, Cookie{});
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteNotify(writer, *notify);
  Require(fuzz::Same(out, body));
}

void RunDelete(Octets body) {
  const Wire<DeleteView> deletion = ParseDelete(body);
  if (!deletion) return;
  std::vector<Spi> spis;
  for (std::size_t i = 0; i < deletion->count(); ++i) {
    Require(deletion->At(i).size() == deletion->spi_size);
    if (const auto spi = deletion->SpiAt(i)) spis.push_back(*spi);
  }
  (void)deletion->NamesCookies(Cookie{}, Cookie{});
  if (deletion->spi_size != 4) return;
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteDelete(writer, deletion->protocol, spis);
  Require(fuzz::Same(Octets(out).subspan(4), body.subspan(4)));
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::ike;
  RunId({data, size});
  RunNotify({data, size});
  RunDelete({data, size});
  return 0;
}
