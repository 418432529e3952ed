# {{ ansible_managed }}
if [ -f "{{ anaconda_prefix }}/etc/profile.d/conda.sh" ]; then
    . "{{ anaconda_prefix }}/etc/profile.d/conda.sh"
    conda activate base
fi
