"""Training of small networks for fixed cameras: from labelled pictures to a .unn file with its card."""
