# The same library with our curve hidden from libsignal.
add_executable(client_unbound_curve ${CMAKE_CURRENT_LIST_DIR}/unbound_curve.c)
target_link_libraries(client_unbound_curve PRIVATE tacit_core
  PkgConfig::cmocka)
target_link_options(client_unbound_curve PRIVATE
  -Wl,--exclude-libs,libtacit_core.a)
set_target_properties(client_unbound_curve PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME unit/client/unbound_curve COMMAND client_unbound_curve)
