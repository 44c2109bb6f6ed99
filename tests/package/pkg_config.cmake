# Compiles the example with nothing but a compiler and what pkg-config says, and runs it.
set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs iscsi_ike
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT flags MATCHES "${PREFIX}" AND NOT flags MATCHES "pkgconfig/\\.\\.")
  message(FATAL_ERROR "another iscsi_ike than the one just installed: ${flags}")
endif()
separate_arguments(flags UNIX_COMMAND "${flags}")
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${COMPILER} -std=c++20 ${SOURCE} ${flags} -o ${WORK}/embed COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK}/embed COMMAND_ERROR_IS_FATAL ANY)
