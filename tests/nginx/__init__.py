"""The rules of Resee's nginx, asked of a real nginx on the loopback with a stub behind it."""
