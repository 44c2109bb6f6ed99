// JsonText: RapidJSON's writer with short names. For the sources of this folder.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iscsi_ike::ike::tool {

// JsonText builds one document. Calls of Begin and End pair up.
class JsonText {
 public:
  JsonText& Begin() { return writer_.StartObject(), *this; }
  JsonText& End() { return writer_.EndObject(), *this; }
  JsonText& BeginList() { return writer_.StartArray(), *this; }
  JsonText& EndList() { return writer_.EndArray(), *this; }
  JsonText& Key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }
  // Text: octets outside ASCII that a peer may have sent are written as '?', so that the document
  // is valid whatever comes.
  JsonText& Text(std::string_view text) {
    std::string clean(text);
    for (char& c : clean)
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    writer_.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
    return *this;
  }
  // Own is for text that is known to be UTF-8 and no peer's, such as the name of a record.
  JsonText& Own(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return *this;
  }
  // Raw takes an object that is JSON already.
  JsonText& Raw(std::string_view json) {
    return writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType), *this;
  }
  JsonText& Number(std::uint64_t number) { return writer_.Uint64(number), *this; }
  // Decimal has at most three digits behind the point.
  JsonText& Decimal(double number) {
    writer_.SetMaxDecimalPlaces(3);
    return writer_.Double(number), *this;
  }
  JsonText& Bool(bool value) { return writer_.Bool(value), *this; }
  JsonText& Null() { return writer_.Null(), *this; }

  // List writes each element with `write(*this, element)`.
  template <class Range, class Write>
  JsonText& List(const Range& range, Write write) {
    BeginList();
    for (const auto& element : range) write(*this, element);
    return EndList();
  }

  // TakeSoFar cuts off what has been written, for documents too long to be kept whole.
  [[nodiscard]] std::string TakeSoFar() {
    std::string text(buffer_.GetString(), buffer_.GetSize());
    buffer_.Clear();
    return text;
  }
  [[nodiscard]] std::size_t size() const { return buffer_.GetSize(); }

  // Line is the document with a newline.
  [[nodiscard]] std::string Line() const {
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace iscsi_ike::ike::tool
