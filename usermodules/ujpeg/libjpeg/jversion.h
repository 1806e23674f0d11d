// Texts that no one prints.

#define JVERSION            "6b"
#define JCOPYRIGHT          ""
#define JCOPYRIGHT_SHORT    ""
