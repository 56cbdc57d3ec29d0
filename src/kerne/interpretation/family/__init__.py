"""What a family tells: who is who, who carries what, and how a disease is inherited."""
