"""What may be shown: watched folders, settled files, admitted media."""
