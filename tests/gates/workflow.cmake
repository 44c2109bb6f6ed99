# Runs one workflow preset in its own build folder, build/PRESET, and passes when all of it did; a
# workflow that was to run tests and ran none did not.
set(ENV{ISCSI_IKE_VECTORS} "${VECTORS}")
find_program(NICE nice REQUIRED)
execute_process(COMMAND ${NICE} -n 5 ${CMAKE_COMMAND} --workflow --preset ${PRESET} --fresh
  WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE output ERROR_VARIABLE output ECHO_OUTPUT_VARIABLE ECHO_ERROR_VARIABLE
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "cmake --workflow --preset ${PRESET}: ${result}")
endif()
file(READ ${SOURCE}/CMakePresets.json presets)
string(JSON tests ERROR_VARIABLE none GET "${presets}" testPresets)
string(JSON last LENGTH "${tests}")
math(EXPR last "${last} - 1")
foreach(i RANGE ${last})
  string(JSON name GET "${tests}" ${i} name)
  if(name STREQUAL PRESET AND NOT output MATCHES "tests passed, 0 tests failed out of [1-9]")
    message(FATAL_ERROR "cmake --workflow --preset ${PRESET}: no test was run")
  endif()
endforeach()
