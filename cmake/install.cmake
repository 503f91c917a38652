# What `cmake --install` and cpack put where.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS quadrille_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS quadrille_shared EXPORT quadrille
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(TARGETS quadrille ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/quadrille DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY experiments/ DESTINATION ${CMAKE_INSTALL_DATADIR}/quadrille/experiments COMPONENT program
        FILES_MATCHING PATTERN "*.yaml" PATTERN "*.csv")
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program FILES_MATCHING PATTERN "*.md")
install(FILES README.md CHANGELOG.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

# The man page and what completes commands in shells (src/CMakeLists.txt)
if(NOT CMAKE_CROSSCOMPILING)
    set(told ${CMAKE_BINARY_DIR}/told)
    install(FILES ${told}/quadrille.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
    install(FILES ${told}/quadrille DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
    install(FILES ${told}/_quadrille DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
    install(FILES ${told}/quadrille.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()

# find_package(quadrille)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/quadrille)
install(EXPORT quadrille NAMESPACE quadrille:: FILE quadrilleTargets.cmake DESTINATION ${config_folder} COMPONENT development)
configure_package_config_file(cmake/quadrilleConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfig.cmake
                              INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfigVersion.cmake
        DESTINATION ${config_folder} COMPONENT development)

# pkg-config quadrille; the file tells where it is by itself, so that the tree can be moved
file(RELATIVE_PATH prefix_from_pc /root/${CMAKE_INSTALL_LIBDIR}/pkgconfig /root)
configure_file(cmake/quadrille.pc.in ${CMAKE_CURRENT_BINARY_DIR}/quadrille.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/quadrille.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# Packages for Debian: cpack -G DEB
set(CPACK_PACKAGE_NAME quadrille)
set(CPACK_PACKAGE_CONTACT "quadrille developers <quadrille@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Monte Carlo engine for coalition formation in randomized world orders")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/src)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME quadrille)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libquadrille${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libquadrille-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libquadrille${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), libgsl-dev")
include(CPack)
