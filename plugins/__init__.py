"""First-party plugins. They come through the public door, `gateway.card.api`, like anyone's."""
