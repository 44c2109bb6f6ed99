"""What every interop test needs: two namespaces, our tool, a peer, keys to compare, a record of results."""
