# Real cores of both sides without sockets; see stage.h.
add_library(stage STATIC stage/stage.c stage/stage_relay.c stage/story.c
  stage/forge.c stage/heal.c stage/play.c stage/anchor_wire.c)
target_include_directories(stage PUBLIC stage)
target_link_libraries(stage PUBLIC tacit_core store_support relay_core
  PkgConfig::cmocka)

file(GLOB stage_tests CONFIGURE_DEPENDS stage/test_*.c)
foreach(source ${stage_tests})
  get_filename_component(name ${source} NAME_WE)
  add_executable(stage_${name} ${source})
  target_link_libraries(stage_${name} PRIVATE stage PkgConfig::cmocka)
  set_target_properties(stage_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME stage/${name} COMMAND stage_${name})
  set_tests_properties(stage/${name} PROPERTIES TIMEOUT 600)
endforeach()

# This one stands between the core and its vault.
foreach(call begin commit rollback get put del next)
  target_link_options(stage_test_storage PRIVATE -Wl,--wrap=vault_${call})
endforeach()
foreach(call begin commit get put next)
  target_link_options(stage_test_backup_fail PRIVATE -Wl,--wrap=vault_${call})
endforeach()
foreach(call commit get put del)
  target_link_options(stage_test_commit PRIVATE -Wl,--wrap=vault_${call})
endforeach()
foreach(call commit put del)
  target_link_options(stage_test_retention PRIVATE -Wl,--wrap=vault_${call})
endforeach()
target_link_options(stage_test_batch PRIVATE -Wl,--wrap=vault_commit)
target_link_options(stage_test_bounds_life PRIVATE -Wl,--wrap=vault_commit)
# And this one counts what reaches the ratchet.
target_link_options(stage_test_libsignal PRIVATE -Wl,--wrap=ratchet_decrypt)
# This one counts what is read of a vault.
target_link_options(stage_test_records PRIVATE -Wl,--wrap=vault_get)
# So does this one, of what the command does.
target_sources(stage_test_texts PRIVATE
  ${PROJECT_SOURCE_DIR}/client-lib/cli/texts.c)
target_include_directories(stage_test_texts PRIVATE
  ${PROJECT_SOURCE_DIR}/client-lib/cli)
target_link_options(stage_test_texts PRIVATE -Wl,--wrap=vault_get)
# This one looks at the clock around each envelope.
target_link_options(stage_test_heal_cost PRIVATE -Wl,--wrap=inbox_take)
# The practice layer stands on the public calls of the cores.
foreach(name practice practice_aside checkin checkin_lies
    checkin_missed
    bounds_send bounds_card bounds_life
    bounds_away records retention series
    receipts receipts_kept receipts_lies
    hold retract retract_between)
  target_link_libraries(stage_test_${name} PRIVATE tacit_practice_core
    tacit_core)
endforeach()
