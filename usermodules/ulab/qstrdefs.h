// Names that are not found in the C sources by themselves: those with dots, and
// files of python/, for dir().
Q(integrate)
Q(linalg)
Q(optimize)
Q(signal)
Q(ulab.numpy)
Q(ulab.numpy.__init__)
Q(ulab.numpy._generator)
Q(ulab.numpy._linalg)
Q(ulab.numpy.linalg)
Q(ulab.scipy)
Q(utils)
