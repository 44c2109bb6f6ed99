#include "ike/tool/rendered_files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "ike/tool/json_text.hpp"
#include "ike/tool/secret_file.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kOut = "--out";
constexpr mode_t kOwnersFolder = S_IRWXU;

using policy::render::File;

std::string PathIn(const std::string& folder, const File& file) { return folder + "/" + file.name; }

Status<ToolError> MakeFolder(const std::string& folder) {
  if (mkdir(folder.c_str(), kOwnersFolder) == 0 || errno == EEXIST) return Done{};
  return Usage(kOut, folder + ": " + std::generic_category().message(errno));
}

Status<ToolError> DemandNew(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return Done{};
  return Usage(kOut, path + " is there already; render replaces no file");
}

Status<ToolError> WriteOne(const std::string& path, const File& file, const crypto::Secret& key) {
  auto out = SecretFile::Create(path, ExistingFile::kRefuse);
  if (!out) return Usage(kOut, out.error().Text());
  out->Write(policy::render::FillKey(file.text, file.key_form, key.Expose()).Expose());
  if (auto closed = out->Close(); !closed) return Usage(kOut, closed.error().Text());
  return Done{};
}

JsonText& PutHead(JsonText& json, policy::render::Target target, std::string_view outcome) {
  return json.Begin().Key("for").Text(Name(target)).Key("outcome").Text(outcome).Key("files");
}

}  // namespace

Status<ToolError> WriteRendered(const std::string& folder, const std::vector<File>& files,
                                const crypto::Secret& key) {
  if (auto made = MakeFolder(folder); !made) return made;
  for (const File& file : files)
    if (auto fresh = DemandNew(PathIn(folder, file)); !fresh) return fresh;
  for (const File& file : files)
    if (auto written = WriteOne(PathIn(folder, file), file, key); !written) return written;
  return Done{};
}

std::string RenderedText(const std::vector<File>& files) {
  std::string text;
  for (const File& file : files) {
    const bool batch = file.text.starts_with("rem ");
    if (files.size() > 1) text += std::string(batch ? "rem" : "#") + " ---- " + file.name + "\n";
    text += file.text;
  }
  return text;
}

std::string RenderedJson(policy::render::Target target,
                         const policy::render::Rendering& rendering) {
  JsonText json;
  PutHead(json, target, "rendered").List(rendering.files, [](JsonText& out, const File& file) {
    out.Begin().Key("name").Text(file.name).Key("mode").Text("0600");
    out.Key("text").Text(file.text).End();
  });
  json.Key("warnings").List(rendering.warnings, [](JsonText& out, const std::string& one) {
    out.Text(one);
  });
  return json.Key("refusal").Null().End().Line();
}

std::string RefusedJson(policy::render::Target target, const std::string& why) {
  JsonText json;
  PutHead(json, target, "refused").BeginList().EndList();
  json.Key("warnings").BeginList().EndList();
  return json.Key("refusal").Text(why).End().Line();
}

}  // namespace iscsi_ike::ike::tool
