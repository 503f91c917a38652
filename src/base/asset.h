/* Files that the assembler builds into the program. CMake names them, and recompiles a source file when its
 * asset changes. */
#ifndef QD_BASE_ASSET_H
#define QD_BASE_ASSET_H

/* Declares qd_asset_NAME and qd_asset_NAME_end: the bytes of a file, and a 0 after them. */
#define QD_ASSET(name, path)                                                                                 \
    __asm__(".section .rodata\n"                                                                             \
            ".globl qd_asset_" #name "\n"                                                                    \
            ".globl qd_asset_" #name "_end\n"                                                                \
            ".hidden qd_asset_" #name ", qd_asset_" #name "_end\n"                                           \
            "qd_asset_" #name ":\n"                                                                          \
            ".incbin \"" path "\"\n"                                                                         \
            "qd_asset_" #name "_end:\n"                                                                      \
            ".byte 0\n"                                                                                      \
            ".previous\n");                                                                                  \
    extern const char qd_asset_##name[], qd_asset_##name##_end[]

#endif
