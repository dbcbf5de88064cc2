# tests/e2e/host_*.c: what an app that embeds libtacit may rely on, with real
# relays, proxies and name servers.
add_library(host_support STATIC support/person.c support/weather.c)
target_include_directories(host_support PUBLIC support)
target_link_libraries(host_support PUBLIC test_support net_support)
foreach(name freeze guest looks)
  add_executable(e2e_host_${name} e2e/host_${name}.c)
  target_link_libraries(e2e_host_${name} PRIVATE host_support)
  set_target_properties(e2e_host_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME e2e/host/${name} COMMAND e2e_host_${name})
  set_tests_properties(e2e/host/${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
# It measures how late things are.
set_tests_properties(e2e/host/freeze PROPERTIES RUN_SERIAL ON)
# It takes getaddrinfo()'s place, so it is part of the program itself.
target_sources(e2e_host_freeze PRIVATE support/nameserver.c)
target_link_libraries(e2e_host_freeze PRIVATE ${CMAKE_DL_LIBS})
foreach(name guest looks)
  target_sources(e2e_host_${name} PRIVATE support/looks.c support/silence.c)
  target_link_libraries(e2e_host_${name} PRIVATE m)
  # So that what malloc() says of itself is exact.
  set_property(TEST e2e/host/${name} APPEND PROPERTY ENVIRONMENT
    GLIBC_TUNABLES=glibc.malloc.tcache_count=0)
endforeach()

file(GLOB found CONFIGURE_DEPENDS e2e/host_*.sh)
foreach(source ${found})
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE "host_" "e2e/host/" test ${name})
  add_test(NAME ${test} COMMAND bash ${source})
  set_tests_properties(${test} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
    ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endforeach()
