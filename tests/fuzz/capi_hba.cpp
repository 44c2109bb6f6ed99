// The cache of an adapter.
#include "tests/fuzz/capi_objects.hpp"

namespace iscsi_ike::fuzz {
namespace {

iscsi_ike_hba_options OptionsOf(CapiValues& values) {
  Input& input = values.input();
  auto options = ISCSI_IKE_INIT(iscsi_ike_hba_options);
  const std::uint8_t what = input.Octet();
  options.has_functionality = what & 1U;
  options.functionality = (what & 2U) != 0 ? input.Octet() : 0x05;
  options.port_count = (what & 4U) != 0 ? input.Number(4) : 2;
  options.max_entries = (what & 8U) != 0 ? input.Number(4) : 8;
  options.no_iscsi = (what & 16U) >> 4U;
  options.any_trailing = (what & 32U) >> 5U;
  if ((what & 64U) != 0) {
    const std::size_t count = input.Octet() % 5;
    std::vector<std::uint32_t> numbers(count);
    for (std::uint32_t& number : numbers) number = input.Octet() % 4;
    options.encryption =
        reinterpret_cast<const std::uint32_t*>(values.Block(numbers.data(), count * 4));
    options.encryption_count = static_cast<std::uint32_t>(count);
  }
  return options;
}

// Set runs one of those that set or ask for something.
void Set(iscsi_ike_hba* hba, CapiValues& values) {
  Input& input = values.input();
  const std::uint32_t port = input.Octet() % 4 == 3 ? ISCSI_IKE_HBA_ALL_PORTS : input.Octet() % 3;
  std::uint32_t status = 0;
  std::uint32_t* told = values.Null() ? nullptr : &status;
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  std::size_t size = 0;
  switch (input.Octet() % 6) {
    case 0: {
      iscsi_ike_preshared_key key{};
      key.security_flags = input.Octet();
      key.id_type = input.Octet() % 8;
      key.id = values.Octets(size);
      key.id_length_in_bytes = static_cast<std::uint32_t>(size);
      key.key = values.Octets(size);
      key.key_length_in_bytes = static_cast<std::uint32_t>(size);
      return static_cast<void>(
          Judged(iscsi_ike_hba_set_key(hba, port, values.Null() ? nullptr : &key, told, error)));
    }
    case 1: {
      std::uint64_t word = 0;
      const std::uint8_t type = input.Octet();
      const std::uint8_t* id = values.Octets(size);
      return static_cast<void>(
          Judged(iscsi_ike_hba_get_key(hba, port, type, id, size, &word, told, error)));
    }
    case 2: {
      const std::uint8_t* key = values.Octets(size);
      return static_cast<void>(Judged(iscsi_ike_hba_set_group_key(hba, key, size, told, error)));
    }
    case 3: {
      const auto* destination = values.Endpoint();
      const auto* outer = values.Endpoint();
      (void)Judged(iscsi_ike_hba_set_tunnel(hba, port, destination, outer, told, error));
      iscsi_ike_endpoint found{};
      return static_cast<void>(Judged(iscsi_ike_hba_get_tunnel(hba, port, destination, &found)));
    }
    case 4:
      return static_cast<void>(Judged(iscsi_ike_hba_clear(hba, told, error)));
    default:
      return static_cast<void>(
          Judged(iscsi_ike_hba_set_guid(hba, values.Exactly(16), told, error)));
  }
}

void Invoke(iscsi_ike_hba* hba, CapiValues& values) {
  Input& input = values.input();
  const std::uint32_t method = input.Octet() % 8;
  std::vector<std::uint8_t> octets = input.Sized();
  if (method == 4) octets.resize(1100);
  const std::uint8_t* in = values.Block(octets.data(), octets.size());
  std::uint32_t status = 0;
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  (void)Filled(values, [&](std::uint8_t* out, std::size_t* size) {
    return iscsi_ike_hba_invoke(hba, method, in, octets.size(), out, size, &status, error);
  });
}

void Restore(CapiObjects& objects, CapiValues& values) {
  std::vector<std::uint8_t> box = objects.hba_box;
  Edit(values.input(), box);
  iscsi_ike_hba* made = nullptr;
  const auto* options = values.Sized(OptionsOf(values));
  const std::uint8_t* key = values.Exactly(32);
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  Hold(iscsi_ike_hba_restore(options, key, values.Block(box.data(), box.size()), box.size(), &made,
                             error),
       objects.Hba(values.input()), made, &iscsi_ike_hba_free);
}

}  // namespace

void CallHba(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  switch (input.Octet() % 8) {
    case 0: {
      iscsi_ike_hba* made = nullptr;
      const auto* options = values.Sized(OptionsOf(values));
      return Hold(iscsi_ike_hba_new(options, values.Null() ? nullptr : &made), objects.Hba(input),
                  made, &iscsi_ike_hba_free);
    }
    case 1:
      return Invoke(objects.Hba(input), values);
    case 2: {
      const iscsi_ike_hba* hba = objects.Hba(input);
      const std::uint8_t* key = values.Exactly(32);
      auto box = Filled(values, [&](std::uint8_t* room, std::size_t* size) {
        return iscsi_ike_hba_save(hba, key, room, size);
      });
      if (!box.empty()) objects.hba_box = std::move(box);
      return;
    }
    case 3:
      return Restore(objects, values);
    case 4: {
      const iscsi_ike_hba* hba = objects.Hba(input);
      std::uint8_t guid[16];
      (void)Judged(iscsi_ike_hba_get_guid(hba, guid));
      (void)Filled(values, [&](std::uint8_t* room, std::size_t* size) {
        return iscsi_ike_hba_get_capabilities(hba, room, size);
      });
      return;
    }
    default:
      return Set(objects.Hba(input), values);
  }
}

}  // namespace iscsi_ike::fuzz
