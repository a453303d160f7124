"""A laboratory of faults: real processes, real signals, a provider that misbehaves, and one seed that tells it all."""
