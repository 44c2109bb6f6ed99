// Commands: the command line with its commands, and the options that they fill in.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

struct Commands {
  CLI::App app;
  Options options;
  std::string key_placeholder;

  // The help lists commands in the order in which they are added here.
  Commands();
  Commands(const Commands&) = delete;
  Commands& operator=(const Commands&) = delete;

 private:
  // AddCommand begins a command that has settings and a key.
  CLI::App& AddCommand(Command command, const std::string& name, const std::string& about,
                       std::string_view footer);
  // Those that negotiate: commands.cpp.
  void AddDemo();
  void AddConnect();
  void AddFabric(CLI::App& sub);  // connect with portals of the settings
  void AddServe();
  void AddLoad();
  // Those that tell: telling_commands.cpp.
  void AddExplain();
  void AddWhyKey();
  void AddCheck();
  void AddRender();
  void AddDecode();
  void AddReplay();
  void AddDiscover();
};

}  // namespace iscsi_ike::ike::tool
