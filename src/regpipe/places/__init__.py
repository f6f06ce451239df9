"""Where files lie: in a folder of this machine, or on storage elsewhere, such as S3."""
