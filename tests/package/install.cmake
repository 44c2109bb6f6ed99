# Installs into an empty folder, so that nothing of an earlier run is taken for installed.
file(REMOVE_RECURSE ${PREFIX})
unset(ENV{DESTDIR})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} COMMAND_ERROR_IS_FATAL ANY)
