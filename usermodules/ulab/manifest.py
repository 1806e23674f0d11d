# What ulab has in Python; the C modules find it by their `__path__`.
package("ulab", base_path="python", opt=3)
