"""What a result depends on besides its inputs: our own code, and the versions of the libraries."""
