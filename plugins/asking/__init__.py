"""What plugins share that ask somebody over the network while a verification waits."""
