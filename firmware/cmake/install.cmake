# What find_package(warmhello) finds: static libraries with wolfSSL sealed in, and headers that need none of it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/warmhello")
foreach(part ${wh_parts})
  set_target_properties(warmhello_${part} PROPERTIES EXPORT_NAME ${part})
  target_include_directories(warmhello_${part} INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  get_target_property(folder warmhello_${part} WH_FOLDER)
  # ffi*.h are for Node alone, whose library is not part of this.
  install(DIRECTORY ${folder}/include/warmhello DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" PATTERN "ffi*.h" EXCLUDE)
  install(TARGETS warmhello_${part} EXPORT warmhelloTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endforeach()
install(EXPORT warmhelloTargets NAMESPACE warmhello:: DESTINATION "${package}")

# Before 1.0 a minor version may break what another one has.
set(version_file "${CMAKE_CURRENT_BINARY_DIR}/warmhelloConfigVersion.cmake")
write_basic_package_version_file("${version_file}" COMPATIBILITY SameMinorVersion)
install(FILES cmake/warmhelloConfig.cmake "${version_file}" DESTINATION "${package}")
