"""The developers' door: what a service has to know of this provider, and a place to try it out."""
