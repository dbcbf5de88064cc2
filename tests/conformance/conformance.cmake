# tests/conformance: every bad input of the list, against real relays.
add_library(conform STATIC conformance/conform.c conformance/converse.c
  conformance/scene.c conformance/told.c conformance/stranger_relay.c)
target_include_directories(conform PUBLIC conformance)
target_link_libraries(conform PUBLIC test_support PkgConfig::websockets
  Threads::Threads)
foreach(name handshake frames requests commands delivery invitations)
  add_executable(conformance_${name} conformance/${name}.c)
  target_link_libraries(conformance_${name} PRIVATE conform)
  set_target_properties(conformance_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME conformance/${name} COMMAND conformance_${name})
  set_tests_properties(conformance/${name} PROPERTIES TIMEOUT 180
    ENVIRONMENT "TACIT_RELAY=$<TARGET_FILE:tacit-relay>;TACIT_DEVIATIONS=${CMAKE_CURRENT_LIST_DIR}/deviations")
endforeach()
add_test(NAME conformance/listed COMMAND sh
  ${CMAKE_CURRENT_LIST_DIR}/listed.sh ${CMAKE_SOURCE_DIR})
add_executable(conformance_links conformance/links.c)
target_link_libraries(conformance_links PRIVATE tacit_core test_support)
set_target_properties(conformance_links PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME conformance/links COMMAND conformance_links)
set_tests_properties(conformance/links PROPERTIES TIMEOUT 180)
add_test(NAME conformance/files COMMAND bash
  ${CMAKE_CURRENT_LIST_DIR}/files.sh)
set_tests_properties(conformance/files PROPERTIES TIMEOUT 180
  ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})

# All that these tests run, for a build that is made for them alone.
add_custom_target(conformance_programs DEPENDS tacit tacit-relay rawclient
  conformance_links)
foreach(name handshake frames requests commands delivery invitations)
  add_dependencies(conformance_programs conformance_${name})
endforeach()

# The kit of proto/conformance, as a stranger has it, with our own.
set(kit_work ${CMAKE_BINARY_DIR}/tests/kit)
add_executable(kit_driver conformance/kit_driver.c)
target_link_libraries(kit_driver PRIVATE tacit_flags libtacit)
set_target_properties(kit_driver PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME kit/install COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/kit_install.sh
  ${kit_work})
set_tests_properties(kit/install PROPERTIES TIMEOUT 300 FIXTURES_SETUP kit)
# kit_test(NAME ARGUMENT...): NAME is what kit.sh is asked for first.
function(kit_test name)
  add_test(NAME kit/${name} COMMAND bash
    ${CMAKE_SOURCE_DIR}/tests/conformance/kit.sh ${kit_work} ${ARGN})
  set_tests_properties(kit/${name} PROPERTIES TIMEOUT 600
    FIXTURES_REQUIRED kit ENVIRONMENT TACIT_BUILD=${CMAKE_BINARY_DIR})
endfunction()
kit_test(usage usage)
kit_test(relay relay)
kit_test(wrong_relays wrong-relays)
kit_test(client client $<TARGET_FILE:kit_driver>)
# These take their time.
kit_test(plain_relay plain-relay)
kit_test(command client ${CMAKE_SOURCE_DIR}/proto/conformance/drivers/tacit)
kit_test(wrong_clients wrong-clients)
set_tests_properties(kit/plain_relay kit/command kit/wrong_clients PROPERTIES
  LABELS slow TIMEOUT 1800)
