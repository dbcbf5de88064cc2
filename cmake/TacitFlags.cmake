# One interface target carries how every file of ours is compiled.
add_library(tacit_flags INTERFACE)
target_compile_features(tacit_flags INTERFACE c_std_11)
target_compile_definitions(tacit_flags INTERFACE _GNU_SOURCE)
target_compile_options(tacit_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wformat=2 -Wimplicit-fallthrough
  -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -fvisibility=hidden -fno-strict-aliasing -fno-delete-null-pointer-checks
  -fstack-protector-strong -fPIC)
# Nobody who has it need know where it was built.
target_compile_options(tacit_flags INTERFACE
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(TACIT_WERROR)
  target_compile_options(tacit_flags INTERFACE -Werror)
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

# Jumps to where no function begins: each machine has its own name for it.
set(branches "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
  set(branches -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(branches -mbranch-protection=standard)
endif()

if(TACIT_SANITIZE)
  target_compile_options(tacit_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(tacit_flags INTERFACE -fsanitize=address,undefined)
elseif(TACIT_TSAN)
  target_compile_options(tacit_flags INTERFACE -fsanitize=thread)
  target_link_options(tacit_flags INTERFACE -fsanitize=thread)
elseif(NOT TACIT_FUZZ_ENGINE)
  target_compile_options(tacit_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-clash-protection
    ${branches})
  target_link_options(tacit_flags INTERFACE
    -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

if(TACIT_CONTROL)
  foreach(defect ${TACIT_CONTROL})
    target_compile_definitions(tacit_flags INTERFACE TACIT_CONTROL_${defect})
  endforeach()
endif()
