"""What a store lies in: sealed files under keys, in folders, and the manifest that names them."""
