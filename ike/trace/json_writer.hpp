// JsonWriter: RapidJSON's writer with the few shapes this folder needs. For the sources of this
// folder only.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace iscsi_ike::ike {

// JsonWriter appends to one document. Begin and End calls must pair up.
class JsonWriter {
 public:
  void BeginObject() { writer_.StartObject(); }
  void EndObject() { writer_.EndObject(); }
  void BeginArray() { writer_.StartArray(); }
  void EndArray() { writer_.EndArray(); }
  void Key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  // String writes text; anything that is not UTF-8 is written with \xNN for its odd octets, so that
  // the document stays valid whatever a peer sends.
  void String(std::string_view text);

  void Member(std::string_view name, std::string_view text) {
    Key(name);
    String(text);
  }
  void Member(std::string_view name, std::uint32_t number) {
    Key(name);
    writer_.Uint(number);
  }
  void NumberMember(std::string_view name, std::uint64_t number) {
    Key(name);
    writer_.Uint64(number);
  }
  void BoolMember(std::string_view name, bool value) {
    Key(name);
    writer_.Bool(value);
  }
  void NullMember(std::string_view name) {
    Key(name);
    writer_.Null();
  }
  // ValueMember and ListMember hand values to the WriteJson of their type.
  template <class T>
  void ValueMember(std::string_view name, const T& value) {
    Key(name);
    WriteJson(*this, value);
  }
  template <class List>
  void ListMember(std::string_view name, const List& list) {
    Key(name);
    BeginArray();
    for (const auto& element : list) WriteJson(*this, element);
    EndArray();
  }

  [[nodiscard]] std::string Text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace iscsi_ike::ike
