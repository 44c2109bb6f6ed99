#include "ike/tool/config_inputs.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "ike/tool/isns_query.hpp"
#include "ike/tool/key_source.hpp"
#include "policy/config_json.hpp"
#include "policy/iscsicli.hpp"
#include "policy/registry_text.hpp"
#include "policy/text.hpp"
#include "policy/wmi_binary.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLargestText = std::size_t{16} << 20;  // octets

// BinaryFile is a value of --wmi-binary, cut.
struct BinaryFile {
  policy::WmiBinary kind = policy::WmiBinary::kIkeInfo;
  std::string path;
};

// Cut: what stands before the = is a layout only if it is the name of one.
BinaryFile Cut(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {policy::WmiBinary::kIkeInfo, text};
  const auto kind = policy::WmiBinaryByName(text.substr(0, equals));
  return kind ? BinaryFile{*kind, text.substr(equals + 1)}
              : BinaryFile{policy::WmiBinary::kIkeInfo, text};
}

// CheckBinary: what is no layout is taken as part of the name of a file, which then has to be
// there.
Status<ToolError> CheckBinary(const std::string& text, const BinaryFile& binary) {
  if (binary.path.empty()) return Usage("--wmi-binary", "has no file behind the =");
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || binary.path != text || access(text.c_str(), F_OK) == 0)
    return Done{};
  return Usage("--wmi-binary", policy::Quote(text.substr(0, equals)) +
                                   " is no layout, and there is no file " + policy::Quote(text) +
                                   "; layouts are " + policy::WmiBinaryNames());
}

std::string FileName(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string PlaceOf(const InputFile& file) { return file.option + ": " + FileName(file.path); }

Checked<crypto::Secret> Read(const InputFile& file, std::size_t limit) {
  auto octets = ReadInput(file.path, file.option, limit);
  if (octets && IsReadableByOthers(file.path))
    Warn(PlaceOf(file) + " can be read by others; chmod 600 is due if it holds a key");
  return octets;
}

// IsSecond reads an option that has two values, the first of which is the default.
Checked<bool> IsSecond(const std::string& text, const char* option, std::string_view first,
                       std::string_view second) {
  if (text.empty() || text == first) return false;
  if (text == second) return true;
  return Usage(
      option, policy::Quote(text) + " is not " + std::string(first) + " or " + std::string(second));
}

// Joined puts a line break behind each.
crypto::Secret Joined(const std::vector<crypto::Secret>& lines) {
  std::size_t size = lines.size();
  for (const crypto::Secret& line : lines) size += line.size();
  crypto::Secret text(size);
  auto out = text.ExposeMutable().begin();
  for (const crypto::Secret& line : lines) {
    out = std::copy(line.Expose().begin(), line.Expose().end(), out);
    *out++ = '\n';
  }
  return text;
}

// LooksLikeALine: several words, and no file of that name.
bool LooksLikeALine(const std::string& text) {
  return policy::Trim(text).find_first_of(" \t") != std::string_view::npos &&
         access(text.c_str(), F_OK) != 0;
}

bool HoldsKey(const policy::Config& config) {
  const auto has_key = [](const auto& one) { return !one.key.empty(); };
  return !config.defaults.group_key.empty() || std::ranges::any_of(config.records, has_key) ||
         std::ranges::any_of(config.logins, has_key);
}

// Reader collects the sources.
class Reader {
 public:
  explicit Reader(const PolicyOptions& options)
      : inputs_(options.inputs), config_(options.config) {}

  Checked<std::vector<policy::PlacedConfig>> Run() {
    const auto host_order =
        IsSecond(inputs_.wmi_byte_order, "--wmi-byte-order", "network", "number");
    if (!host_order) return Failure(host_order.error());
    host_order_ = *host_order;
    auto added = AddJson();
    if (added) added = AddIscsicli();
    if (added) added = AddIscsicliLines();
    if (added) added = AddBinaries();
    if (added) added = AddRegistry();
    if (added) added = AddDefaultBitmap();
    if (added) added = AddDirectory();
    if (!added) return Failure(added.error());
    if (placed_.empty())
      return Usage("--wmi-byte-order", "is about --wmi-binary and --config; none is given");
    return std::move(placed_);
  }

 private:
  Status<ToolError> Add(std::string place, policy::Parsed<policy::Config> config,
                        const char* option) {
    if (!config) return Usage(option, config.error().Text());
    placed_.push_back({std::move(place), std::move(config).value()});
    return Done{};
  }

  Status<ToolError> AddJson() {
    if (config_.empty()) return Done{};
    const InputFile file{"--config", config_};
    auto octets = Read(file, kLargestText);
    if (!octets) return Failure(octets.error());
    const policy::ConfigOptions options{.ipv4_in_host_order = host_order_, .key_elsewhere = true};
    return Add(PlaceOf(file),
               policy::ParseConfig(std::move(octets).value(), FileName(config_), options),
               "--config");
  }

  Status<ToolError> AddIscsicli() {
    if (inputs_.iscsicli.empty()) return Done{};
    const auto notation = ParseKeyNotation(inputs_.key_notation);
    if (!notation) return Failure(notation.error());
    if (LooksLikeALine(inputs_.iscsicli))  // which may hold a key, and is not repeated
      return Usage("--iscsicli", "takes a file with lines; one line goes into --iscsicli-line");
    const InputFile file{"--iscsicli", inputs_.iscsicli};
    auto octets = Read(file, kLargestText);
    if (!octets) return Failure(octets.error());
    return Add(PlaceOf(file),
               policy::ParseIscsicli(std::move(octets).value(), FileName(file.path), *notation),
               "--iscsicli");
  }

  Status<ToolError> AddIscsicliLines() {
    const std::string option = "--iscsicli-line";
    const std::size_t taken = inputs_.iscsicli_lines ? inputs_.iscsicli_lines->size() : 0;
    if (taken != inputs_.iscsicli_wiped.size())
      return Usage(option, "stands where it is not seen in time; say --iscsicli-line=LINE");
    if (taken == 0) return Done{};
    const auto notation = ParseKeyNotation(inputs_.key_notation);
    if (!notation) return Failure(notation.error());
    auto config = policy::ParseIscsicli(Joined(*inputs_.iscsicli_lines), "command line", *notation);
    if (config && HoldsKey(*config))
      Warn(option + ": every user of this machine may have seen the key; use --iscsicli");
    return Add(option, std::move(config), "--iscsicli-line");
  }

  Checked<policy::WmiBinaryOptions> BinaryOptions() const {
    policy::WmiBinaryOptions options;
    const auto terminated = IsSecond(inputs_.wmi_text, "--wmi-text", "counted", "terminated");
    if (!terminated) return Failure(terminated.error());
    options.wmi.counted_text = !*terminated;
    if (host_order_) options.wmi.ipv4_order = policy::Ipv4Order::kNumber;
    if (inputs_.wmi_address.empty()) return options;
    options.address = policy::ParseUnsigned(inputs_.wmi_address);
    if (!options.address)
      return Usage("--wmi-address", policy::Quote(inputs_.wmi_address) +
                                        " is no number of 64 bits; hexadecimal begins with 0x");
    return options;
  }

  Status<ToolError> AddBinaries() {
    if (inputs_.wmi_binary.empty()) return CheckNoBinaryOptions();
    const auto options = BinaryOptions();
    if (!options) return Failure(options.error());
    for (const std::string& text : inputs_.wmi_binary) {
      const BinaryFile binary = Cut(text);
      if (auto checked = CheckBinary(text, binary); !checked) return checked;
      const InputFile file{"--wmi-binary", binary.path};
      auto octets = Read(file, policy::kLargestWmiBinary);
      if (!octets) return Failure(octets.error());
      auto added = Add(PlaceOf(file),
                       policy::ParseWmiBinary(std::move(octets).value(), binary.kind,
                                              FileName(binary.path), *options),
                       "--wmi-binary");
      if (!added) return added;
    }
    return Done{};
  }

  Status<ToolError> CheckNoBinaryOptions() const {
    if (!inputs_.wmi_address.empty())
      return Usage("--wmi-address", "is about --wmi-binary; none is given");
    if (!inputs_.wmi_text.empty())
      return Usage("--wmi-text", "is about --wmi-binary; none is given");
    return Done{};
  }

  Status<ToolError> AddRegistry() {
    if (inputs_.reg.empty()) {
      if (!inputs_.reg_key.empty()) return Usage("--reg-key", "is about --reg; none is given");
      if (!inputs_.reg_type.empty()) return Usage("--reg-type", "is about --reg; none is given");
      return Done{};
    }
    policy::RegistryOptions options{inputs_.reg_key, policy::RegistryType::kDword};
    if (!inputs_.reg_type.empty()) {
      const auto type = policy::RegistryTypeByName(inputs_.reg_type);
      if (!type)
        return Usage("--reg-type",
                     policy::Quote(inputs_.reg_type) + " is not dword, qword, binary or sz");
      options.type = *type;
    }
    const InputFile file{"--reg", inputs_.reg};
    auto octets = ReadInput(file.path, file.option, kLargestText);
    if (!octets) return Failure(octets.error());
    const auto word =
        policy::ParseRegistryText(std::move(octets).value(), FileName(file.path), options);
    if (!word) return Usage("--reg", word.error().Text());
    AddBitmap(PlaceOf(file), *word);
    return Done{};
  }

  Status<ToolError> AddDefaultBitmap() {
    if (inputs_.default_bitmap.empty()) return Done{};
    const auto word = policy::SecurityFlags::Parse(inputs_.default_bitmap, "--default-bitmap");
    if (!word) return Usage(word.error());
    if (const auto bitmap = word->ToIsns("--default-bitmap"); !bitmap) return Usage(bitmap.error());
    AddBitmap("--default-bitmap", *word);
    return Done{};
  }

  Status<ToolError> AddDirectory() {
    if (!inputs_.isns.Any()) return Done{};
    const auto discovered = AskDirectory(inputs_.isns);
    if (!discovered) return Failure(discovered.error());
    for (const std::string& problem : discovered->directory.problems)
      Warn("--isns: " + policy::Quote(problem));
    policy::Config config = PortalsOf(discovered->directory, inputs_.isns.target);
    if (config.portals.empty()) return Failure(NothingThere(*discovered, inputs_.isns.target));
    placed_.push_back({"--isns: " + discovered->server.ToString(), std::move(config)});
    return Done{};
  }

  void AddBitmap(std::string place, policy::SecurityFlags word) {
    policy::Config config;
    config.defaults.security_bitmap = word;
    placed_.push_back({std::move(place), std::move(config)});
  }

  const InputOptions& inputs_;
  const std::string& config_;
  bool host_order_ = false;
  std::vector<policy::PlacedConfig> placed_;
};

}  // namespace

std::vector<InputFile> InputFiles(const PolicyOptions& options) {
  const InputOptions& inputs = options.inputs;
  std::vector<InputFile> files;
  const auto add = [&](const char* option, const std::string& path) {
    if (!path.empty()) files.push_back({option, path});
  };
  add("--config", options.config);
  add("--iscsicli", inputs.iscsicli);
  for (const std::string& binary : inputs.wmi_binary) add("--wmi-binary", Cut(binary).path);
  add("--reg", inputs.reg);
  return files;
}

Checked<std::vector<policy::PlacedConfig>> ReadInputs(const PolicyOptions& options) {
  const std::vector<InputFile> files = InputFiles(options);
  const auto is_input = [](const InputFile& file) { return file.path == "-"; };
  const auto first = std::find_if(files.begin(), files.end(), is_input);
  if (first != files.end()) {
    const auto second = std::find_if(first + 1, files.end(), is_input);
    if (second != files.end())
      return Usage(second->option, "standard input is that of " + first->option + " already");
  }
  return Reader(options).Run();
}

std::string PlacesOf(const PolicyOptions& options) {
  std::string places;
  for (const InputFile& file : InputFiles(options))
    places += (places.empty() ? "" : ", ") + PlaceOf(file);
  if (!options.inputs.iscsicli_wiped.empty())
    places += (places.empty() ? "" : ", ") + std::string("--iscsicli-line");
  if (!options.inputs.isns.server.empty())
    places += (places.empty() ? "" : ", ") + ("--isns: " + options.inputs.isns.server);
  return places.empty() ? "--default-bitmap" : places;
}

}  // namespace iscsi_ike::ike::tool
