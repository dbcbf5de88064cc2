# bench/load: the same work over our protocol and over those of others.
add_executable(load load/main.c load/driver.c load/fail.c load/server.c
  load/tls.c load/wire.c load/wire_net.c
  load/drive_tacit.c)
target_link_libraries(load PRIVATE tacit_proto PkgConfig::ssl
  PkgConfig::jansson)
set_target_properties(load PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
