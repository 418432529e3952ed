# {{ ansible_managed }}
# shellcheck shell=sh
if [ -f "{{ anaconda_prefix }}/etc/profile.d/conda.sh" ]; then
    . "{{ anaconda_prefix }}/etc/profile.d/conda.sh"
    conda activate base
fi
