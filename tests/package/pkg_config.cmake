# Compiles the examples with nothing but a compiler and what pkg-config says, and runs them: in C++, and in C with the
# shared and the static library.
set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
set(ENV{LD_LIBRARY_PATH} ${PREFIX}/${LIBDIR})
file(MAKE_DIRECTORY ${WORK})

# flags_of(OUT MODULE): what pkg-config says, as a list.
function(flags_of out module)
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs ${module}
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(NOT flags MATCHES "${PREFIX}" AND NOT flags MATCHES "pkgconfig/\\.\\.")
    message(FATAL_ERROR "another ${module} than the one just installed: ${flags}")
  endif()
  separate_arguments(flags UNIX_COMMAND "${flags}")
  set(${out} ${flags} PARENT_SCOPE)
endfunction()

# compile_and_run(NAME command line...)
function(compile_and_run name)
  execute_process(COMMAND ${ARGN} -o ${WORK}/${name} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${WORK}/${name} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

flags_of(cpp iscsi_ike_cpp)
compile_and_run(embed ${COMPILER} -std=c++20 ${SOURCES}/package/embed.cpp ${cpp})
flags_of(c iscsi_ike)
compile_and_run(example ${C_COMPILER} -std=c11 ${SOURCES}/capi/example.c ${c})
flags_of(static iscsi_ike_static)
compile_and_run(example_static ${C_COMPILER} -std=c11 ${SOURCES}/capi/example.c ${static})
flags_of(memory iscsi_ike_memory)
compile_and_run(footprint ${C_COMPILER} -std=c11 ${SOURCES}/capi/footprint.c ${memory})
