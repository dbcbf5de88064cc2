# bench/load: the same work over our protocol and over those of others.
# Included by the tests too, which come first.
if(TARGET load)
  return()
endif()
set(load ${CMAKE_CURRENT_LIST_DIR})
add_library(load_core STATIC ${load}/body.c ${load}/driver.c ${load}/fail.c
  ${load}/hist.c ${load}/ledger.c ${load}/out.c ${load}/run.c ${load}/scratch.c
  ${load}/server.c ${load}/tls.c ${load}/wire.c ${load}/wire_net.c ${load}/works.c
  ${load}/ours.c ${load}/ours_setup.c)
target_include_directories(load_core PUBLIC ${load})
target_link_libraries(load_core PUBLIC tacit_proto PkgConfig::ssl
  PkgConfig::jansson)
add_executable(load ${load}/main.c)
target_link_libraries(load PRIVATE load_core)
set_target_properties(load PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
include(${load}/peers.cmake)
