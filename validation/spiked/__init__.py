"""Published patients whose causal variants are spiked into rare variants drawn by chance."""
