"""`gazemap demo`: one page that shows what gazemap does, made on this machine in two minutes."""
