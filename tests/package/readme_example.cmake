# The example that the README shows is the one that is compiled and run.
file(READ ${SOURCE} example)
file(READ ${README} readme)
string(FIND "${readme}" "```cpp\n${example}```" place)
if(place EQUAL -1)
  message(FATAL_ERROR "README.md does not show ${SOURCE} as it is")
endif()
