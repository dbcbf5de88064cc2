# tests/held_wrong: programs that hold the library wrongly, through the shared
# libraries, as apps have them.  Each is refused with the error that the
# headers name; the sanitized build of script/test runs them as well.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(public ${PROJECT_SOURCE_DIR}/client-lib/include/tacit)
set(every_headers)
foreach(name tacit host_rows recalls host vault_log erase practice boundaries
    records receipts retention retractions)
  list(APPEND every_headers ${public}/${name}.h)
endforeach()
set(every_c ${CMAKE_CURRENT_BINARY_DIR}/every.c)
add_custom_command(OUTPUT ${every_c}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/held_wrong/every.py
    ${every_c} ${every_headers}
  DEPENDS held_wrong/every.py ${every_headers} VERBATIM)
add_library(held_support STATIC held_wrong/world.c ${every_c})
target_include_directories(held_support PUBLIC held_wrong)
target_link_libraries(held_support PUBLIC hosted_support libtacit_practice
  Threads::Threads)
foreach(name use_after_close two_threads re_entry wrong_sizes forgotten_confirm
    fork unconfirmed_event shared_vault wrong_version null)
  add_executable(held_wrong_${name} held_wrong/${name}.c)
  target_link_libraries(held_wrong_${name} PRIVATE held_support
    ${CMAKE_DL_LIBS})
  set_target_properties(held_wrong_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME held_wrong/${name} COMMAND held_wrong_${name})
  set_tests_properties(held_wrong/${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT TACIT_RELAY=$<TARGET_FILE:tacit-relay>)
endforeach()
add_test(NAME held_wrong/exported COMMAND sh
  ${CMAKE_CURRENT_SOURCE_DIR}/held_wrong/exported.sh
  $<TARGET_FILE:held_wrong_null> $<TARGET_FILE:libtacit>
  $<TARGET_FILE:libtacit_practice>)
